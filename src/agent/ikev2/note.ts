// What the agent must remember of charon and its folder between two runs.

import { z } from 'zod';
import type { Files } from '../files.ts';
import type { Host } from '../host.ts';

const noteSchema = z.strictObject({
  /** Hash of the files that charon loaded last, and when that charon was started. */
  loaded: z.string(),
  since: z.string(),
  /** The firewall's text that was loaded last, and how nft listed it without elements. */
  rendered: z.string(),
  listing: z.string(),
  /** The revision whose revocations the lists hold, and when they were fetched. */
  revocations: z.int(),
  fetchedAt: z.int(),
  /** By authority whose files are in the folder: when its list ends, or null without one. */
  authorities: z.record(z.string(), z.int().nullable()),
});
export type Note = z.infer<typeof noteSchema>;

export const blankNote: Note = {
  loaded: '',
  since: '',
  rendered: '',
  listing: '',
  revocations: -1,
  fetchedAt: 0,
  authorities: {},
};

/** The note, or undefined if IKEv2 never was set up here. A damaged one is a blank one. */
export function readNote(host: Host, files: Files): Note | undefined {
  const text = host.readText(files.ikev2Note);
  if (text === undefined) return undefined;
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return blankNote;
  }
}

export function writeNote(host: Host, files: Files, note: Note): void {
  host.writeAtomic(files.ikev2Note, JSON.stringify(note), 0o600);
}
