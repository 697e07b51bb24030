// One JSON object per event on stderr. Callers never pass keys, tokens or documents.

import type { Host } from './host.ts';

export type Fields = Record<string, string | number | boolean | undefined>;

/** Logs an event with the time and plain fields. */
export function logEvent(host: Host, event: string, fields: Fields = {}): void {
  host.log(JSON.stringify({ at: new Date(host.now()).toISOString(), event, ...fields }));
}

/** What an error says, for logs and reports. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
