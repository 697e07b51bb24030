// Receipts are verified on the command line, and not believed.

import { describe, expect, it } from 'vitest';
import { deviceId, deviceReceipts, tenantId } from './answers.ts';
import { startWorld } from './world.ts';

describe('sallyport device receipts --verify', () => {
  const path = `GET /v1/tenants/${tenantId}/devices/${deviceId}/receipts`;
  const { receipts } = deviceReceipts;
  const key = { kty: 'OKP', crv: 'Ed25519', x: 'n3Jd8Qw1Zx6Vb0Lk5Hg9Tr4Yp7Mc2Sf8Ua1Ie6OoDhI' };

  it.each([
    ['another key', { key }],
    ['other words', { receipt: { ...receipts[0]?.receipt, revision: 13 } }],
  ])('fails over a receipt of %s, and says nothing without being asked', async (_what, change) => {
    const forged = { receipts: [{ ...receipts[0], ...change }, ...receipts], pending: [] };
    await using world = await startWorld({ [path]: { body: forged } });
    const { code, out, err } = await world.run(['device', 'receipts', deviceId, '--verify']);
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('1 of 2 receipts do not verify'),
    });
    expect(out).toContain('NOT of this key');
    expect(await world.run(['device', 'receipts', deviceId])).toMatchObject({ code: 0 });
  });
});
