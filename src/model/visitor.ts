// What a browser says of the device that it runs on, as far as a person is to be helped by it.

import type { Platform } from './platform.ts';

export interface Visitor {
  /** Undefined when it cannot be told. */
  platform: Exclude<Platform, 'other'> | undefined;
  /** Of iOS and iPadOS; undefined when it cannot be told. */
  major: number | undefined;
  /** Whether the browser is Safari itself, which alone installs profiles on Apple's systems. */
  isSafari: boolean;
}

/** Browsers and apps on Apple's systems that carry Safari's name as well. */
const others = /CriOS|FxiOS|EdgiOS|OPiOS|OPT\/|GSA\/|DuckDuckGo|Chrome|Chromium|Edg\/|Firefox/;

function platformOf(agent: string): Visitor['platform'] {
  if (/iPhone|iPad|iPod/.test(agent)) return 'ios';
  if (/Android/.test(agent)) return 'android';
  if (/Windows NT/.test(agent)) return 'windows';
  if (/Macintosh|Mac OS X/.test(agent)) return 'macos';
  return /Linux|X11/.test(agent) && !/CrOS/.test(agent) ? 'linux' : undefined;
}

/**
 * @param userAgent as the header has it. Windows 10 and 11, and all of macOS since 10.15, say the
 * same there; an iPad may say that it is a Mac
 */
export function visitorOf(userAgent: string): Visitor {
  const platform = platformOf(userAgent);
  const [, major] = platform === 'ios' ? (/ OS (\d{1,3})_/.exec(userAgent) ?? []) : [];
  const isSafari = /Version\/\d+.* Safari\//.test(userAgent) && !others.test(userAgent);
  return { platform, major: major === undefined ? undefined : Number(major), isSafari };
}
