// Passwords for IKEv2: only where the tenant wants them, one for a device, and none after the end.

import { describe, expect, test } from 'vitest';
import type { RedeemedLink } from '../../src/model/device.ts';
import type { ProfileKind } from '../../src/model/profile.ts';
import { X509Certificate } from '../pki/peculiar.ts';
import { documentOf } from './authorities.ts';
import {
  createDevice,
  createLink,
  expectStatus,
  type Plane,
  publicKey,
  type TestGateway,
  type TestTenant,
} from './plane.ts';
import { prepared } from './redemption.ts';
import { createUser } from './users.ts';

const kinds = ['mobileconfig-password', 'android-password', 'password'] as const;

async function switched(tenant: TestTenant, ikev2Passwords: 'on' | 'off') {
  return expectStatus(
    await tenant.api('PATCH', tenant.path(''), { policy: { ikev2Passwords } }),
    200,
  );
}

const upsertOf = async (gateway: TestGateway) => (await documentOf(gateway)).ikev2?.upsert;

async function world(create: () => Promise<Plane>) {
  const made = await prepared(create);
  await switched(made.tenant, 'on');
  const get = async (profile: ProfileKind) =>
    expectStatus(await made.redeem({ profile }), 200) satisfies RedeemedLink;
  return { ...made, get };
}

/** @param create makes or shares a control plane */
export function passwordContract(create: () => Promise<Plane>): void {
  describe('a password for IKEv2', () => {
    test('is given out and offered only where the tenant wants it', async () => {
      const { anonymous, link, tenant } = await prepared(create);
      const { token, path } = await link();
      const redeem = () => anonymous('POST', '/v1/links/redeem', { token, profile: 'password' });
      expect((await redeem()).body).toMatchObject({
        ...{ code: 'forbidden', wayOut: expect.stringContaining('ikev2Passwords') },
      });
      expect((await anonymous('GET', path)).text).not.toContain('-password"');
      await switched(tenant, 'on');
      expect((await anonymous('GET', path)).text).toContain('-password"');
      expectStatus(await redeem(), 200);
    });

    test.each(kinds)('comes once, as %s, and its gateway gets it', async (kind) => {
      const { get, gateway, device } = await world(create);
      const { profiles, ikev2, password, values, device: live } = await get(kind);
      const { identity = '' } = live.ikev2 ?? {};
      expect(identity).toMatch(/^[0-9a-z]{16}$/);
      expect([ikev2, live.ikev2?.expiresAt]).toEqual([null, null]);
      const { sections, ikev2: told } = await documentOf(gateway);
      expect(sections.ikev2?.password).toEqual({ identity: 'pw.vpn.example.com' });
      const secret = told?.upsert[0]?.secret ?? '';
      expect(told?.upsert).toEqual([{ id: device.id, identity, secret }]);
      expect(secret).toMatch(/^[0-9a-z]{24}$/);
      const served = Buffer.from(sections.ikev2?.certificate ?? '', 'base64');
      const names = new X509Certificate(served).getExtension('2.5.29.17');
      expect(
        Buffer.from(new Uint8Array(names?.value ?? new ArrayBuffer())).toString('latin1'),
      ).toContain('pw.vpn.example.com');
      if (kind === 'mobileconfig-password') {
        expect([password, values]).toEqual([null, []]);
        expect(profiles[0]?.content).toContain(`<string>${secret}</string>`);
      } else {
        expect(password).toBe(secret);
        expect(values).toMatchObject([{ identifier: identity }]);
      }
    });

    test('takes the place of a certificate, and the other way round; WireGuard stays', async () => {
      const { get, gateway, redeem } = await world(create);
      const plain = expectStatus(await redeem({}), 200);
      await get('swanctl');
      const { device } = await get('password');
      expect(device.publicKey).toBe(plain.device.publicKey);
      const before = await documentOf(gateway);
      expect(before.ikev2?.revocations).toBeGreaterThan(0);
      const again = await get('password');
      expect(again.device.ikev2?.identity).not.toBe(device.ikev2?.identity);
      const certified = await get('swanctl');
      expect(await upsertOf(gateway)).toEqual([
        { id: device.id, identity: certified.ikev2?.identity },
      ]);
    });

    test('ends with its device, a new key, and comes back after a suspension', async () => {
      const { anonymous, gateway, tenant } = await world(create);
      const device = await createDevice(tenant, { userId: (await createUser(tenant)).id });
      const redeem = async () => {
        const { token } = await createLink(tenant, device.id);
        const body = { token, profile: 'password' };
        const reply = await anonymous<RedeemedLink>('POST', '/v1/links/redeem', body);
        return expectStatus(reply, 200);
      };
      const { password } = await redeem();
      const user = (verb: string) =>
        tenant.api('POST', tenant.path(`/users/${device.userId}/${verb}`), {});
      expectStatus(await user('suspend'), 200);
      expect(await upsertOf(gateway)).toEqual([]);
      expectStatus(await user('resume'), 200);
      expect(await upsertOf(gateway)).toMatchObject([{ secret: password }]);
      const path = tenant.path(`/devices/${device.id}`);
      const reissued = await tenant.api('POST', `${path}/reissue`, { publicKey: publicKey() });
      expect(expectStatus(reissued, 200)).toMatchObject({ ikev2: null });
      expect(await upsertOf(gateway)).toEqual([]);
      await redeem();
      expectStatus(await tenant.api('POST', `${path}/revoke`), 200);
      expect(await upsertOf(gateway)).toEqual([]);
    });

    test('is good no longer, as all others, when the tenant wants none any more', async () => {
      const { get, gateway, tenant, device } = await world(create);
      await get('password');
      await switched(tenant, 'off');
      const { sections, ikev2 } = await documentOf(gateway);
      expect([sections.ikev2?.password, ikev2?.upsert]).toEqual([undefined, []]);
      const shown = await tenant.api('GET', tenant.path(`/devices/${device.id}`));
      expect(shown.body).toMatchObject({ status: 'pending', ikev2: null });
      await switched(tenant, 'on');
      expect(await upsertOf(gateway)).toEqual([]);
    });

    test('is in no log and no export', async () => {
      const { get, tenant } = await world(create);
      const { password } = await get('password');
      for (const path of ['/audit', '/export']) {
        const { text, status } = await tenant.api('GET', tenant.path(path));
        expect(status).toBe(200);
        expect(text).not.toContain(password);
        expect(text).not.toContain('ikev2Secret');
      }
    });
  });
}
