import { secretHash } from '../../pki/tokens.ts';

/** What is kept of a mailed code: it is short, so its hash covers the challenge that it is for. */
export function codeHash(challengeId: string, code: string): Promise<string> {
  return secretHash(`${challengeId} ${code}`);
}
