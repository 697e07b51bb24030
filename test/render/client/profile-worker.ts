// A Worker that does nothing but render the profiles of a certificate that it is given.

import { z } from 'zod';
import { fromBase64, toBase64, toUtf8 } from '../../../src/model/encoding.ts';
import type { Ikev2ProfileKind } from '../../../src/model/profile.ts';
import { type IssuedIkev2, ikev2Profiles } from '../../../src/operations/link/profiles.ts';

const bytes = z.string().transform((text) => fromBase64(text) ?? new Uint8Array());
const requestSchema = z.object({
  kind: z.custom<Ikev2ProfileKind>(),
  issued: z.custom<Omit<IssuedIkev2, 'certificate' | 'privateKey' | 'spki' | 'authorities'>>(),
  certificate: bytes,
  privateKey: bytes,
  spki: bytes,
  authority: bytes,
});

export interface Answer {
  password: string | null;
  files: { filename: string; content: string }[];
}

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'GET') return new Response();
    const { kind, issued, authority, ...own } = requestSchema.parse(await request.json());
    const authorities = [{ certificate: authority, commonName: 'Sallyport' }];
    const services = {
      random: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
      now: () => Date.now(),
    };
    const uuid = () => crypto.randomUUID();
    const draft = { ...issued, ...own, authorities, uuid };
    const { password, profiles } = await ikev2Profiles(services, kind, draft);
    const files = profiles.map(({ filename, content }) => {
      const octets = typeof content === 'string' ? toUtf8(content) : content;
      return { filename, content: toBase64(octets) };
    });
    const answer: Answer = { password, files };
    return Response.json(answer);
  },
};
