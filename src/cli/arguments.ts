// What people type, as the API wants it. Commander shows what these throw, and exits with 2.

import { type Command, InvalidArgumentError } from 'commander';
import { parseAddress } from '../model/cidr.ts';
import { type IdKind, idSchema } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { type ProfileKind, profileKinds } from '../model/profile.ts';
import { serverUrlSchema } from './settings.ts';

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Collects an option that may be given several times. */
export function several(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** `host`, `host:port`, an IPv6 address, or `[address]:port`. */
export function endpoint(text: string): { host: string; port?: number } {
  if (parseAddress(text)) return { host: text };
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (!host)
    throw new InvalidArgumentError(
      'It must be host, host:port or [IPv6 address]:port, such as vpn.example.com:51820.',
    );
  return match?.[3] ? { host, port: Number(match[3]) } : { host };
}

/** The address of a control plane. */
export function serverUrl(text: string): string {
  const parsed = serverUrlSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
}

const secondsPer: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration such as `30m`, `12h` or `7d`. */
export function duration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (secondsPer[unit ?? ''] ?? Number.NaN);
  if (Number.isNaN(seconds))
    throw new InvalidArgumentError('It must be a number with s, m, h or d, such as 30m or 7d.');
  return seconds;
}

/** An id of one kind, checked here because it becomes part of an address. */
export function id(kind: IdKind) {
  return (text: string): string => {
    const parsed = idSchema(kind).safeParse(text);
    if (parsed.success) return text;
    throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
  };
}

/** What a client imports. */
export function kindOf(text: string): ProfileKind {
  const kind = profileKinds.find((one) => one === text);
  if (kind) return kind;
  throw new InvalidArgumentError(`It must be one of ${profileKinds.join(', ')}.`);
}

/** Several ids of one kind. */
export function ids(kind: IdKind) {
  const one = id(kind);
  return (text: string, before: readonly string[] = []): string[] => [...before, one(text)];
}

/** Adds the options by which a list is read page by page. */
export function withPages(command: Command): Command {
  return command
    .option('--limit <n>', `how many to show, at most ${limits.listMost}`, wholeNumber)
    .option('--cursor <cursor>', 'where the page before ended');
}
