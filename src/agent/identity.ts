// Who this gateway is: its private keys, born here and never leaving, and what enrolment told it.

import { z } from 'zod';
import { fromBase64Url, toBase64Url } from '../model/encoding.ts';
import { enrollmentReplySchema } from '../model/enrollment.ts';
import { wireguardPublicKeySchema as wireguardKeySchema } from '../model/wireguard.ts';
import type { Files } from './files.ts';
import type { Host } from './host.ts';
import { run } from './linux.ts';

const gatewaySchema = z.strictObject({ url: z.string(), ...enrollmentReplySchema.shape });
export type Enrolled = z.infer<typeof gatewaySchema>;

/** An Ed25519 key pair as the agent keeps it: one line, seed and public key in base64url. */
const identityPattern = /^([\w-]{43}) ([\w-]{43})\n$/;

export interface IdentityKey {
  privateKey: Uint8Array;
  /** base64url */
  publicKey: string;
}

/** The identity key, or undefined if none was made yet. Throws if the file is damaged. */
export function readIdentityKey(host: Host, files: Files): IdentityKey | undefined {
  const text = host.readText(files.identityKey);
  if (text === undefined) return undefined;
  const [, seed = '', publicKey = ''] = identityPattern.exec(text) ?? [];
  const privateKey = fromBase64Url(seed);
  if (privateKey?.length !== 32) throw new Error(`${files.identityKey} is damaged`);
  return { privateKey, publicKey };
}

/** The identity key, made if there is none. One that exists is never replaced. */
export function ensureIdentityKey(host: Host, files: Files): IdentityKey {
  const existing = readIdentityKey(host, files);
  if (existing) return existing;
  const pair = host.generateKeyPair();
  const publicKey = toBase64Url(pair.publicKey);
  host.writeAtomic(files.identityKey, `${toBase64Url(pair.privateKey)} ${publicKey}\n`, 0o600);
  return { privateKey: pair.privateKey, publicKey };
}

export interface WireguardKeys {
  privateKey: string;
  publicKey: string;
}

/** The interface's keys, or undefined if none were made yet. */
export async function readWireguardKeys(
  host: Host,
  files: Files,
): Promise<WireguardKeys | undefined> {
  const privateKey = host.readText(files.wireguardKey)?.trim();
  if (privateKey === undefined) return undefined;
  const publicKey = (await run(host, ['wg', 'pubkey'], `${privateKey}\n`)).trim();
  return { privateKey, publicKey: wireguardKeySchema.parse(publicKey) };
}

/** The interface's keys, made if there are none. Ones that exist are never replaced. */
export async function ensureWireguardKeys(host: Host, files: Files): Promise<WireguardKeys> {
  if (host.readText(files.wireguardKey) === undefined) {
    const made = (await run(host, ['wg', 'genkey'])).trim();
    host.writeAtomic(files.wireguardKey, `${wireguardKeySchema.parse(made)}\n`, 0o600);
  }
  const keys = await readWireguardKeys(host, files);
  if (!keys) throw new Error(`${files.wireguardKey} vanished`);
  return keys;
}

/** What enrolment told this gateway, or undefined before it. Throws if the file is damaged. */
export function readEnrolled(host: Host, files: Files): Enrolled | undefined {
  const text = host.readText(files.gateway);
  if (text === undefined) return undefined;
  try {
    return gatewaySchema.parse(JSON.parse(text));
  } catch {
    throw new Error(`${files.gateway} is damaged; restore it or enrol into another --dir`);
  }
}

export function writeEnrolled(host: Host, files: Files, enrolled: Enrolled): void {
  host.writeAtomic(files.gateway, `${JSON.stringify(enrolled)}\n`, 0o600);
}
