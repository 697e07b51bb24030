// A Worker that does nothing but make a bundle, render a profile with it and sign that.

import { z } from 'zod';
import { fromBase64, toBase64, toUtf8 } from '../../../src/model/encoding.ts';
import type { Ikev2ProfileInput, Ikev2ProfileKind } from '../../../src/model/profile.ts';
import { signCms } from '../../../src/pki/cms.ts';
import { importSigner } from '../../../src/pki/key.ts';
import { makePkcs12 } from '../../../src/pki/pkcs12.ts';
import { renderProfiles } from '../../../src/render/client/profiles.ts';

const bytes = z.string().transform((text) => fromBase64(text) ?? new Uint8Array());
const requestSchema = z.object({
  kind: z.custom<Ikev2ProfileKind>(),
  rest: z.custom<
    Omit<Ikev2ProfileInput, 'certificate' | 'privateKey' | 'authorities' | 'pkcs12' | 'uuid'>
  >(),
  certificate: bytes,
  privateKey: bytes,
  spki: bytes,
  authority: bytes,
});

/** What it is sent, bytes as base64. */
export type WorkerRequest = z.input<typeof requestSchema>;

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'GET') return new Response();
    const { kind, rest, authority, ...own } = requestSchema.parse(await request.json());
    const { password } = rest;
    const bundle = { ...own, authorities: [authority], name: 'Acme VPN', password, random };
    const pkcs12 = await makePkcs12(bundle);
    const authorities = [{ certificate: authority, commonName: 'Sallyport' }];
    const input = { ...rest, ...own, authorities, pkcs12, uuid: () => crypto.randomUUID() };
    const signer = await importSigner(own);
    const files = await renderProfiles({ kind, input }, (content) =>
      signCms(content, signer, [own.certificate], Date.now()),
    );
    return Response.json(
      files.map(({ content }) => toBase64(typeof content === 'string' ? toUtf8(content) : content)),
    );
  },
};
