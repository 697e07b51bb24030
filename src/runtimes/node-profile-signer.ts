// The operator's certificate for profiles, from files.

import { readFile } from 'node:fs/promises';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { ProfileSigner } from '../pki/cms.ts';
import { createProfileSigner, type ProfileSigning } from './profile-signer.ts';

async function read(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const problem = `The file ${path}, which signs profiles, cannot be read.`;
    const wayOut = 'Let the user that Sallyport runs as read it, or name another file.';
    throw new SallyportError('misconfigured', problem, { wayOut, cause });
  });
  // Whatever it is that is longer, it is no such PEM.
  return text.slice(0, limits.profilePemLength);
}

/** @throws SallyportError `misconfigured` */
export async function loadProfileSigner(
  paths: ProfileSigning | undefined,
): Promise<ProfileSigner | null> {
  if (!paths) return null;
  const [certificate, key] = await Promise.all([read(paths.certificate), read(paths.key)]);
  return createProfileSigner({ certificate, key });
}
