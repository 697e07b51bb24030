// What readers of generated profiles have in common: the file on its client's machine, and what
// files hold inside each other.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateProof, ClientFile } from './client-settings.ts';
import type { LabNode } from './node.ts';

/** What a client asks to reach if it is told nothing of networks. */
export const everything = ['0.0.0.0/0', '::/0'];

export interface Source {
  node: LabNode;
  file: ClientFile;
  /** Of the first of the files. */
  path: string;
  content: Buffer;
  /** A folder for what has to be a file in between. */
  scratch: string;
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const keyPattern = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/;

export function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

export function only<T>(items: readonly T[], what: string): T {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) {
    throw new Error(`the profile has ${items.length} of ${what} in place of one`);
  }
  return item;
}

interface Bundle {
  proof: CertificateProof;
  /** PEM. */
  authorities: string[];
}

/** Opens a PKCS #12 with its password. */
export async function openBundle(
  { node, scratch }: Source,
  p12: Uint8Array,
  password: string,
): Promise<Bundle> {
  const path = join(scratch, 'bundle.p12');
  writeFileSync(path, p12);
  const open = ['openssl', 'pkcs12', '-in', path, '-passin', `pass:${password}`, '-nodes'];
  const [own, others] = [
    await node.exec([...open, '-clcerts']),
    await node.exec([...open, '-cacerts']),
  ];
  return {
    proof: {
      certificate: only(own.stdout.match(certificatePattern) ?? [], 'certificates'),
      privateKey: only(own.stdout.match(keyPattern) ?? [], 'keys'),
    },
    authorities: others.stdout.match(certificatePattern) ?? [],
  };
}
