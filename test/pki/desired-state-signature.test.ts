// The signature of desired state is a plain JWS, whoever makes it.

import { createPrivateKey, sign } from 'node:crypto';
import { CompactSign } from 'jose';
import { expect, test } from 'vitest';
import { type DesiredState, desiredStateType } from '../../src/model/desired-state.ts';
import { keysFrom } from '../../src/pki/root-key.ts';
import { signDesiredState } from '../../src/pki/tokens.ts';

const rootKey = new Uint8Array(32).fill(7);

const state: DesiredState = {
  version: 1,
  gatewayId: 'gw_0123456789abcdef',
  revision: 3,
  base: null,
  sections: {},
  peers: { upsert: [], remove: [] },
  peerDigest: '0'.repeat(32),
};

test('WebCrypto, node:crypto and jose give the same bytes', async () => {
  let privateKey: ReturnType<typeof createPrivateKey> | undefined;
  const byNode = await keysFrom(rootKey, (der) => {
    const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
    privateKey = key;
    return (message) => sign(null, message, key);
  });
  const byWebCrypto = await keysFrom(rootKey);
  const { kid } = byNode.state;
  if (!privateKey) throw new Error('no key was asked for');
  const byJose = await new CompactSign(new TextEncoder().encode(JSON.stringify(state)))
    .setProtectedHeader({ alg: 'EdDSA', typ: desiredStateType, kid })
    .sign(privateKey);
  expect(await signDesiredState(byNode.state, state)).toBe(byJose);
  expect(await signDesiredState(byWebCrypto.state, state)).toBe(byJose);
});
