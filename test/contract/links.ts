import { describe, expect, test } from 'vitest';
import type { RedeemedLink } from '../../src/model/device.ts';
import {
  apiOf,
  createDevice,
  createGateway,
  createLink,
  createTenant,
  enrolledGateway,
  type Plane,
  publicKey,
} from './plane.ts';

const browser = { accept: 'text/html,application/xhtml+xml' };

async function prepared(create: () => Promise<Plane>) {
  const plane = await create();
  const tenant = await createTenant(plane, 'Acme <b>&</b>');
  const gateway = await enrolledGateway(plane, tenant);
  const device = await createDevice(tenant, { name: `"><script>x</script>'` });
  const link = await createLink(tenant, device.id);
  return { plane, tenant, gateway, device, link, anonymous: apiOf(plane) };
}

export function linkContract(create: () => Promise<Plane>): void {
  describe('link.redeem', () => {
    test('makes a key pair, hands the profile over and keeps only the public key', async () => {
      const { tenant, device, link, anonymous } = await prepared(create);
      const reply = await anonymous<RedeemedLink>('POST', '/v1/links/redeem', {
        token: link.token,
      });
      expect(reply.status).toBe(200);
      const { profiles, device: live } = reply.body;
      expect(profiles[0]?.content).toMatch(/^\[Interface\]\nPrivateKey = [\w+/]{43}=\n/);
      expect(profiles[0]?.qrSvg).toContain('<svg');
      const { body } = await tenant.api('GET', tenant.path(`/devices/${device.id}`));
      expect(body).toMatchObject({ status: 'active', publicKey: live.publicKey });
    });

    test('with a public key of its own gets no private key back', async () => {
      const { link, anonymous } = await prepared(create);
      const key = publicKey();
      const body = { token: link.token, publicKey: key };
      const reply = await anonymous<RedeemedLink>('POST', '/v1/links/redeem', body);
      expect(reply.body).toMatchObject({ device: { publicKey: key }, profiles: [] });
      expect(reply.body.connections).toHaveLength(1);
    });

    test('works once, and says so', async () => {
      const { link, anonymous } = await prepared(create);
      const body = { token: link.token };
      const [one, two] = await Promise.all([
        anonymous('POST', '/v1/links/redeem', body),
        anonymous('POST', '/v1/links/redeem', body),
      ]);
      expect([one.status, two.status].sort()).toEqual([200, 409]);
      const late = await anonymous('POST', '/v1/links/redeem', body);
      expect(late.body).toMatchObject({
        code: 'link_used',
        wayOut: expect.stringContaining('tell your administrator'),
      });
    });

    test('refuses a link that was tampered with, everywhere in it', async () => {
      const { link, anonymous } = await prepared(create);
      const parts = link.token.split('.');
      const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
      for (const index of parts.keys()) {
        const token = parts.map((part, at) => (at === index ? flip(part) : part)).join('.');
        const reply = await anonymous('POST', '/v1/links/redeem', { token });
        expect(reply.body).toMatchObject({ status: 404, code: 'not_found' });
      }
      const whole = await anonymous('POST', '/v1/links/redeem', { token: link.token });
      expect(whole.status).toBe(200);
    });

    test('refuses a revoked link, and a link of a revoked device', async () => {
      const { tenant, device, link, anonymous } = await prepared(create);
      const other = await createLink(tenant, device.id);
      const closed = await tenant.api('POST', tenant.path(`/links/${link.id}/revoke`));
      expect(closed.body).toMatchObject({ status: 'revoked' });
      const reply = await anonymous('POST', '/v1/links/redeem', { token: link.token });
      expect(reply.body).toMatchObject({ status: 410, code: 'link_revoked' });
      await tenant.api('POST', tenant.path(`/devices/${device.id}/revoke`));
      const late = await anonymous('POST', '/v1/links/redeem', { token: other.token });
      expect(late.body).toMatchObject({ code: 'link_revoked' });
      const none = await tenant.api('POST', tenant.path('/links'), { deviceId: device.id });
      expect(none.body).toMatchObject({ code: 'link_revoked' });
    });

    test('consumes nothing while no gateway is ready', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await createGateway(tenant);
      const device = await createDevice(tenant);
      const link = await createLink(tenant, device.id);
      const anonymous = apiOf(plane);
      for (let i = 0; i < 2; i++) {
        const reply = await anonymous('POST', '/v1/links/redeem', { token: link.token });
        expect(reply.body).toMatchObject({ code: 'gateway_not_ready' });
      }
    });

    test('retires the key that the device had before', async () => {
      const { tenant, device, link, anonymous } = await prepared(create);
      const second = await createLink(tenant, device.id);
      const redeem = async (token: string) =>
        (await anonymous<RedeemedLink>('POST', '/v1/links/redeem', { token })).body.device;
      const first = await redeem(link.token);
      const again = await redeem(second.token);
      expect(again.publicKey).not.toBe(first.publicKey);
    });
  });

  describe('link.create', () => {
    test('bounds how many are open and how long they live', async () => {
      const { tenant, device } = await prepared(create);
      const links = tenant.path('/links');
      for (const expiresInSeconds of [59, 90 * 24 * 3600 + 1]) {
        const reply = await tenant.api('POST', links, { deviceId: device.id, expiresInSeconds });
        expect(reply.body).toMatchObject({ problems: [{ field: 'expiresInSeconds' }] });
      }
      for (let i = 1; i < 16; i++) await createLink(tenant, device.id);
      const more = await tenant.api('POST', links, { deviceId: device.id });
      expect(more.body).toMatchObject({ status: 409, code: 'limit_reached' });
    });
  });

  describe('the page behind a link', () => {
    test('shows itself to a mail scanner as often as it likes and burns nothing', async () => {
      const { plane, link } = await prepared(create);
      for (const method of ['GET', 'HEAD', 'GET'])
        expect((await plane.request(link.path, { method, headers: browser })).status).toBe(200);
      const page = await plane.request(link.path, { method: 'POST', headers: browser });
      expect(page.status).toBe(200);
    });

    test('escapes every name, runs no script and is not cached', async () => {
      const { plane, link } = await prepared(create);
      const response = await plane.request(link.path, { headers: browser });
      const html = await response.text();
      expect(html).not.toContain('<script');
      expect(html).not.toContain('<b>&');
      expect(html).toContain('&lt;script&gt;');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    });

    test('gives download and QR code of the same profile after the button', async () => {
      const { plane, link } = await prepared(create);
      const response = await plane.request(link.path, { method: 'POST', headers: browser });
      const html = await response.text();
      const data = /href="data:application\/octet-stream;base64,([^"]+)"/.exec(html)?.[1] ?? '';
      expect(Buffer.from(data, 'base64').toString()).toMatch(/^\[Interface\]\nPrivateKey = /);
      expect(html).toContain('<svg');
      expect(html).toContain('download="gateway');
    });

    test('says clearly on a second use what happened, as a page', async () => {
      const { plane, link } = await prepared(create);
      await plane.request(link.path, { method: 'POST', headers: browser });
      for (const method of ['POST', 'GET']) {
        const response = await plane.request(link.path, { method, headers: browser });
        expect(response.status).toBe(409);
        expect(await response.text()).toContain('The link was used already');
      }
    });

    test('says clearly that a damaged link is not valid', async () => {
      const { plane, link } = await prepared(create);
      const response = await plane.request(link.path.slice(0, -3), { headers: browser });
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('Check that the address was copied whole');
    });
  });
}
