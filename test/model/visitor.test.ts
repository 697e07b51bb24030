// What real browsers call themselves, and what is made of it.

import { describe, expect, test } from 'vitest';
import { visitorOf } from '../../src/model/visitor.ts';

const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const iphone = `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${webkit}`;
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const blink = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const windows = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${blink} Chrome/126.0.0.0 Safari/537.36`;

describe('visitorOf', () => {
  test.each([
    ['Safari on an iPhone', `${iphone} Version/17.5 Mobile/15E148 Safari/604.1`, 'ios', 17, true],
    ['Chrome on an iPhone', `${iphone} CriOS/126.0 Mobile/15E148 Safari/604.1`, 'ios', 17, false],
    ['an app on an iPhone', `${iphone} Mobile/15E148`, 'ios', 17, false],
    [
      'Safari on an old iPad',
      `Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) ${webkit} Version/12.1 Safari/604.1`,
      ...(['ios', 12, true] as const),
    ],
    ['Safari on a Mac', `${mac} ${webkit} Version/17.5 Safari/605.1.15`, 'macos', undefined, true],
    [
      'Chrome on a Mac',
      `${mac} ${blink} Chrome/126.0.0.0 Safari/537.36`,
      ...(['macos', undefined, false] as const),
    ],
    ['Edge on Windows', `${windows} Edg/126.0.0.0`, 'windows', undefined, false],
    [
      'Chrome on Android',
      `Mozilla/5.0 (Linux; Android 10; K) ${blink} Chrome/126.0.0.0 Mobile Safari/537.36`,
      ...(['android', undefined, false] as const),
    ],
    [
      'Firefox on Linux',
      'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
      ...(['linux', undefined, false] as const),
    ],
    [
      'ChromeOS',
      `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${blink} Chrome/126.0.0.0 Safari/537.36`,
      ...([undefined, undefined, false] as const),
    ],
    ['a program', 'curl/8.7.1', undefined, undefined, false],
    ['nothing', '', undefined, undefined, false],
  ])('knows %s', (_, userAgent, platform, major, isSafari) => {
    expect(visitorOf(userAgent)).toEqual({ platform, major, isSafari });
  });
});
