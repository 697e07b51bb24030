import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SealingSecret } from '../../src/model/sealing.ts';
import { keysFrom } from '../../src/pki/root-key.ts';

const rootKey = new Uint8Array(32).fill(7);

async function sealerWith(...keys: readonly SealingSecret[]) {
  return (await keysFrom(rootKey, undefined, keys)).sealer;
}

const idArbitrary = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,31}$/).filter((id) => id !== 'root');
const secretArbitrary = fc.record({
  id: idArbitrary,
  bytes: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes)),
});
const ringArbitrary = fc.uniqueArray(secretArbitrary, { maxLength: 5, selector: ({ id }) => id });

const a = { id: 'a', bytes: new Uint8Array(32).fill(1) };
const b = { id: 'b', bytes: new Uint8Array(32).fill(2) };

test('what a key of a ring sealed, the ring opens in whatever order, and names it', async () => {
  await fc.assert(
    fc.asyncProperty(
      ringArbitrary,
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      fc.nat(),
      async (ring, text, purpose, at) => {
        const turn = ring.length === 0 ? 0 : at % ring.length;
        const turned = [...ring.slice(turn), ...ring.slice(0, turn)];
        const sealed = await (await sealerWith(...turned)).seal(text, purpose);
        expect(sealed.startsWith(turned[0] ? `v2.${turned[0].id}.` : 'v1.')).toBe(true);
        expect(await (await sealerWith(...ring)).open(sealed, purpose)).toBe(text);
        expect(await (await sealerWith(...ring.toReversed())).open(sealed, purpose)).toBe(text);
      },
    ),
    { numRuns: 100 },
  );
});

test("what the root's key sealed stays readable, whatever keys come after it", async () => {
  const sealed = await (await sealerWith()).seal('a secret', 'here');
  expect(await (await sealerWith(b, a)).open(sealed, 'here')).toBe('a secret');
});

test('a key that is missing is named with the setting, and nothing else is', async () => {
  const sealed = await (await sealerWith(a)).seal('a secret', 'here');
  const opening = (await sealerWith(b)).open(sealed, 'here');
  await expect(opening).rejects.toMatchObject({
    code: 'misconfigured',
    message: 'Something is sealed with the key "a", which this control plane lacks.',
    wayOut: 'Put a back into SALLYPORT_SEALING_KEYS, after the newest.',
  });
});

test('a text that was tampered with, moved, or given another key is not opened', async () => {
  const sealer = await sealerWith(a, b);
  const sealed = await sealer.seal('a secret', 'here');
  const [, , nonce = '', body = ''] = sealed.split('.');
  const flipped = (body.startsWith('A') ? 'B' : 'A') + body.slice(1);
  const broken = [
    `v2.a.${nonce}.${flipped}`,
    `v2.b.${nonce}.${body}`,
    `v1.${nonce}.${body}`,
    `v2.a.${nonce}.${body}.more`,
    `v2.a.${nonce}`,
    `v3.a.${nonce}.${body}`,
    `v1.a.${nonce}.${body}`,
    '',
  ];
  for (const text of broken)
    await expect(sealer.open(text, 'here')).rejects.toMatchObject({ code: 'internal' });
  await expect(sealer.open(sealed, 'there')).rejects.toMatchObject({ code: 'internal' });
});

test('a key under the id of another opens nothing', async () => {
  const sealed = await (await sealerWith(a)).seal('a secret', 'here');
  const opening = (await sealerWith({ ...b, id: 'a' })).open(sealed, 'here');
  await expect(opening).rejects.toMatchObject({ code: 'internal' });
});
