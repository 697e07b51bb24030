import { generateKeyPairSync } from 'node:crypto';
import { compactVerify, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { emptyPeerDigest } from '../../src/model/desired-state.ts';
import type { Device } from '../../src/model/device.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { RevocationReceipt } from '../../src/model/ikev2.ts';
import type { DeviceReceipts } from '../../src/model/receipt.ts';
import { signReceipt } from '../receipts.ts';
import {
  createDevice,
  createTenant,
  enrolledGateway,
  expectStatus,
  type Plane,
  publicKey,
  type TestGateway,
  type TestTenant,
} from './plane.ts';

async function receiptsOf(tenant: TestTenant, id: string): Promise<DeviceReceipts> {
  const path = tenant.path(`/devices/${id}/receipts`);
  return expectStatus(await tenant.api<DeviceReceipts>('GET', path), 200);
}

/** Reports with receipts, as an agent does until it is answered. */
async function report(gateway: TestGateway, receipts: string[], revision = 0): Promise<void> {
  const reply = await gateway.api('POST', '/v1/agent/report', {
    revision,
    sections: {},
    peerDigest: emptyPeerDigest,
    peerCount: 0,
    versions: { agent: 'test' },
    peers: [],
    receipts,
  });
  expectStatus(reply, 200);
}

async function revoked(tenant: TestTenant, device: Device): Promise<Device> {
  const path = tenant.path(`/devices/${device.id}/revoke`);
  return expectStatus(await tenant.api<Device>('POST', path), 200);
}

function receiptOf(gateway: TestGateway, device: Device, revision: number): RevocationReceipt {
  return {
    gatewayId: gateway.id,
    deviceId: device.id,
    protocol: 'wireguard',
    credential: device.publicKey ?? '',
    revision,
    appliedAt: 1_795_771_800_000,
    lastSeenAt: null,
  };
}

/** A device of two gateways that was revoked. */
async function prepared(create: () => Promise<Plane>) {
  const plane = await create();
  const tenant = await createTenant(plane);
  const one = await enrolledGateway(plane, tenant, { name: 'one' });
  const two = await enrolledGateway(plane, tenant, { name: 'two' });
  const device = await createDevice(tenant, { publicKey: publicKey() });
  const { revision } = await revoked(tenant, device);
  return { plane, tenant, one, two, device, revision };
}

export function receiptContract(create: () => Promise<Plane>): void {
  describe('device.receipts', () => {
    test('gives each receipt with what verifies it, and says who has sent none', async () => {
      const { tenant, one, two, device, revision } = await prepared(create);
      const cut = { protocol: 'wireguard', credential: device.publicKey, revision };
      const pendingOf = ({ id: gatewayId }: TestGateway, gatewayName: string) => ({
        ...{ gatewayId, gatewayName, ...cut },
        reached: false,
      });
      const before = await receiptsOf(tenant, device.id);
      expect(before.receipts).toEqual([]);
      expect(before.pending).toHaveLength(2);
      expect(before.pending).toEqual(
        expect.arrayContaining([pendingOf(one, 'one'), pendingOf(two, 'two')]),
      );
      const receipt = receiptOf(one, device, revision);
      const jws = signReceipt(one.identity, receipt);
      await report(one, [jws], revision);
      const { receipts, pending } = await receiptsOf(tenant, device.id);
      expect(pending).toEqual([pendingOf(two, 'two')]);
      expect(receipts).toMatchObject([{ gatewayName: 'one', receipt, jws }]);
      // As an auditor does it, with nothing of ours but the answer.
      const key = await importJWK(receipts[0]?.key ?? {}, 'EdDSA');
      const { payload } = await compactVerify(receipts[0]?.jws ?? '', key);
      expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(receipt);
      const log = await tenant.api('GET', tenant.path('/audit?operation=gateway.enroll'));
      expect(log.text).toContain(`"identityKey":"${receipts[0]?.key.x}"`);
    });

    test('tells a gateway that cut it and signed nothing from one that did not', async () => {
      const { tenant, one, two, device, revision } = await prepared(create);
      await report(one, [], revision);
      await report(two, [], revision - 1);
      const { pending } = await receiptsOf(tenant, device.id);
      const reached = new Map(pending.map((each) => [each.gatewayId, each.reached]));
      expect([reached.get(one.id), reached.get(two.id)]).toEqual([true, false]);
    });

    test('keeps a receipt once, the first of a cut, however often one comes', async () => {
      const { tenant, one, device, revision } = await prepared(create);
      const receipt = receiptOf(one, device, revision);
      const jws = signReceipt(one.identity, receipt);
      const later = signReceipt(one.identity, { ...receipt, appliedAt: receipt.appliedAt + 1 });
      await report(one, [jws, jws]);
      await report(one, [jws]);
      await report(one, [later]);
      const { receipts } = await receiptsOf(tenant, device.id);
      expect(receipts.map((each) => each.jws)).toEqual([jws]);
    });

    test('keeps none that is forged, is not a receipt, or cannot be true', async () => {
      const { tenant, one, two, device, revision } = await prepared(create);
      const own = receiptOf(one, device, revision);
      const { privateKey: stranger } = generateKeyPairSync('ed25519');
      const other = await createDevice(tenant);
      await report(one, [
        signReceipt(stranger, own),
        signReceipt(two.identity, own),
        signReceipt(one.identity, receiptOf(two, device, revision)),
        signReceipt(one.identity, own, 'JWT'),
        signReceipt(one.identity, { ...own, credential: publicKey() }),
        signReceipt(one.identity, { ...own, deviceId: other.id }),
        signReceipt(one.identity, { ...own, deviceId: 'd_0000000000000000' }),
        signReceipt(one.identity, { ...own, revision: revision + 1000 }),
        signReceipt(one.identity, { ...own, protocol: 'ikev2', credential: 'ann@example.com' }),
        'not.a.jws',
      ]);
      expect(await receiptsOf(tenant, device.id)).toMatchObject({ receipts: [] });
      const genuine = signReceipt(one.identity, own);
      await report(one, ['nonsense', genuine]);
      const { receipts } = await receiptsOf(tenant, device.id);
      expect(receipts.map(({ jws }) => jws)).toEqual([genuine]);
    });

    test('waits for receipts of replaced keys, and of gateways that it left', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const one = await enrolledGateway(plane, tenant);
      const two = await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { publicKey: publicKey(), gatewayIds: [one.id] });
      const path = tenant.path(`/devices/${device.id}`);
      expect(await receiptsOf(tenant, device.id)).toEqual({ receipts: [], pending: [] });
      const next = { publicKey: publicKey() };
      const fresh = await tenant.api<Device>('POST', `${path}/reissue`, next);
      expect((await receiptsOf(tenant, device.id)).pending).toMatchObject([
        { gatewayId: one.id, credential: device.publicKey, revision: fresh.body.revision },
      ]);
      const replaced = receiptOf(one, device, fresh.body.revision);
      await report(one, [signReceipt(one.identity, replaced)]);
      expect((await receiptsOf(tenant, device.id)).pending).toEqual([]);
      const moved = await tenant.api<Device>('PATCH', path, { gatewayIds: [two.id] });
      expect((await receiptsOf(tenant, device.id)).pending).toMatchObject([
        { gatewayId: one.id, credential: next.publicKey, revision: moved.body.revision },
      ]);
      // A delta may bring several changes at once: the receipt names the revision it led to.
      const gateway = await tenant.api<Gateway>('PATCH', tenant.path(`/gateways/${one.id}`), {});
      const { revision } = gateway.body;
      await report(one, [signReceipt(one.identity, receiptOf(one, moved.body, revision))]);
      const { receipts, pending } = await receiptsOf(tenant, device.id);
      expect(pending).toEqual([]);
      expect(receipts.map(({ receipt }) => receipt.revision)).toEqual([
        revision,
        fresh.body.revision,
      ]);
    });

    test('outlives the gateway that signed', async () => {
      const { tenant, one, device, revision } = await prepared(create);
      await report(one, [signReceipt(one.identity, receiptOf(one, device, revision))]);
      await tenant.api('DELETE', tenant.path(`/gateways/${one.id}`));
      const { receipts } = await receiptsOf(tenant, device.id);
      expect(receipts).toMatchObject([{ gatewayName: null, receipt: { gatewayId: one.id } }]);
    });
  });
}
