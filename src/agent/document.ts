// Opening a signed document. Nothing in it is looked at, not even its header, before one of the
// enrolled keys has verified it.

import { z } from 'zod';
import { type DesiredState, desiredStateSchema, desiredStateType } from '../model/desired-state.ts';
import { fromBase64Url, fromUtf8 } from '../model/encoding.ts';
import type { StateKey } from '../model/enrollment.ts';
import { limits } from '../model/limits.ts';
import type { Host } from './host.ts';
import type { Refusal } from './state.ts';

// Strict, so that a `crit` parameter is refused as RFC 7515 §4.1.11 asks.
const headerSchema = z.strictObject({
  alg: z.literal('EdDSA'),
  typ: z.literal(desiredStateType),
  kid: z.string(),
});

export interface Trust {
  gatewayId: string;
  stateKeys: readonly StateKey[];
}

function parseJson(part: string): unknown {
  const bytes = fromBase64Url(part);
  const text = bytes && fromUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function signerOf(
  host: Host,
  keys: readonly StateKey[],
  signed: string,
  signature: Uint8Array,
): StateKey | undefined {
  const message = ascii(signed);
  return keys.find(({ publicKey }) => {
    const key = fromBase64Url(publicKey);
    return key !== undefined && host.verify(key, message, signature);
  });
}

/** The document of a compact JWS that is valid, signed for this gateway and well-formed. */
export function openDocument(
  host: Host,
  trust: Trust,
  text: string,
): { document: DesiredState } | Refusal {
  if (text.length > limits.documentBytesMost) return { refused: 'the document is too large' };
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text);
  const [, header = '', payload = '', signaturePart = ''] = parts ?? [];
  const signature = parts ? fromBase64Url(signaturePart) : undefined;
  if (signature?.length !== 64) return { refused: 'the answer is not a signed document' };
  const signer = signerOf(host, trust.stateKeys, `${header}.${payload}`, signature);
  if (!signer) return { refused: 'no enrolled key has signed the document' };
  const head = headerSchema.safeParse(parseJson(header));
  if (!head.success || head.data.kid !== signer.kid)
    return { refused: 'the document has a header of another kind' };
  const body = desiredStateSchema.safeParse(parseJson(payload));
  if (!body.success) {
    const [issue] = body.error.issues;
    return { refused: `the document is not valid: ${issue?.path.join('.')} ${issue?.message}` };
  }
  if (body.data.gatewayId !== trust.gatewayId)
    return { refused: 'the document is for another gateway' };
  return { document: body.data };
}
