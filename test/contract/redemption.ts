// What a link gives out for each kind of profile, and to whom it does not.

import { describe, expect, test, vi } from 'vitest';
import type { RedeemedLink } from '../../src/model/device.ts';
import { type ProfileKind, profileKinds, profileTraits } from '../../src/model/profile.ts';
import { certificateRequest, X509Certificate } from '../pki/peculiar.ts';
import { authoritiesOf, certifiedGateway, documentOf, rotate } from './authorities.ts';
import {
  type Api,
  apiOf,
  createDevice,
  createLink,
  createTenant,
  enrolledGateway,
  expectStatus,
  type Plane,
  publicKey,
} from './plane.ts';

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 ' +
  '(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ' +
  '(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

export async function prepared(create: () => Promise<Plane>, platform = 'ios') {
  const plane = await create();
  const tenant = await createTenant(plane, 'Größe & Söhne');
  const gateway = await certifiedGateway(plane, tenant, { dns: ['10.64.0.1'] });
  const device = await createDevice(tenant, { name: "Ann's phone", platform });
  const link = () => createLink(tenant, device.id);
  const anonymous = apiOf(plane);
  const redeem = async (body: object) =>
    anonymous<RedeemedLink>('POST', '/v1/links/redeem', { token: (await link()).token, ...body });
  return { plane, tenant, gateway, device, link, anonymous, redeem };
}

const bytes = (base64: string) => Buffer.from(base64, 'base64');

function kindContract(create: () => Promise<Plane>): void {
  const certified = profileKinds.filter((kind) => profileTraits[kind].protocol !== 'password');
  test.each(certified)('gives out a profile of kind %s', async (kind) => {
    const { tenant, device, redeem } = await prepared(create);
    const redeemed = expectStatus(await redeem({ profile: kind }), 200);
    const { profiles, ikev2, connections, password, values } = redeemed;
    expect(profiles.length).toBeGreaterThan(0);
    for (const profile of profiles) {
      expect(profile).toMatchObject({ kind, filename: expect.stringMatching(/^[\w.-]+$/) });
      expect(profile.content.length).toBeGreaterThan(100);
    }
    const traits = profileTraits[kind];
    if (traits.protocol === 'wireguard') {
      expect([ikev2, connections.length, password]).toEqual([null, 1, null]);
      return;
    }
    if (traits.protocol === 'password') throw new Error('not one of these');
    expect([connections, typeof password === 'string']).toEqual([[], traits.asksPassword]);
    expect(values.length).toBe(kind === 'android' ? 1 : 0);
    const certificate = new X509Certificate(bytes(ikev2?.certificate ?? ''));
    const [authority] = await authoritiesOf(tenant);
    const { publicKey: issuer } = new X509Certificate(authority?.certificate ?? '');
    expect(await certificate.verify({ publicKey: issuer })).toBe(true);
    expect(certificate.subject).toBe(`CN=${ikev2?.identity}`);
    expect(ikev2?.connections).toMatchObject([{ host: 'vpn.example.com', dns: ['10.64.0.1'] }]);
    const shown = await tenant.api('GET', tenant.path(`/devices/${device.id}`));
    expect(shown.body).toMatchObject({ status: 'active', ikev2: { identity: ikev2?.identity } });
  });

  test('gives each protocol a credential of its own, and a new one for an old one', async () => {
    const { gateway, device, redeem } = await prepared(create);
    const profile = 'swanctl';
    const plain = expectStatus(await redeem({}), 200);
    const first = expectStatus(await redeem({ profile }), 200);
    expect(first.device.publicKey).toBe(plain.device.publicKey);
    const second = expectStatus(await redeem({ profile }), 200);
    expect(second.ikev2?.identity).not.toBe(first.ikev2?.identity);
    const { ikev2, peers } = await documentOf(gateway);
    expect(ikev2?.upsert).toEqual([{ id: device.id, identity: second.ikev2?.identity }]);
    expect(peers.upsert).toMatchObject([{ id: device.id, publicKey: plain.device.publicKey }]);
  });

  test('has a client of one root trust the authority whose certificate is shown', async () => {
    const { plane, tenant, redeem } = await prepared(create);
    await certifiedGateway(plane, tenant, { endpoint: { host: 'gate.other.example' } });
    const [first, second] = await authoritiesOf(tenant);
    await rotate(tenant, first?.id);
    const served = await createDevice(tenant, { platform: 'android' });
    const { token } = await createLink(tenant, served.id);
    const { profiles, ikev2 } = expectStatus(await redeem({ token, profile: 'sswan' }), 200);
    const roots = profiles.map(({ content }) => {
      const { remote } = JSON.parse(content);
      return new X509Certificate(bytes(remote.cert)).toString('pem');
    });
    const shown = [first, second].map((one) =>
      new X509Certificate(one?.certificate ?? '').toString('pem'),
    );
    expect(roots).toEqual(shown);
    expect(ikev2?.authorities).toHaveLength(3);
    expect(ikev2?.connections.map(({ authority }) => authority)).toEqual([0, 1]);
  });

  test('certifies the key of a client that made its own, and gives no key back', async () => {
    const { redeem } = await prepared(create);
    const request = await certificateRequest();
    const body = { profile: 'mobileconfig', certificateRequest: request };
    const { ikev2, profiles, password } = expectStatus(await redeem(body), 200);
    expect([profiles, password, ikev2?.authorities.length]).toEqual([[], null, 1]);
    expect(ikev2?.certificate).toMatch(/^MII/);
  });
}

function onDemandContract(create: () => Promise<Plane>): void {
  test.each(['mobileconfig', 'wireguard-mobileconfig'])(
    'writes when the device connects by itself into a %s',
    async (profile) => {
      const { tenant, device, redeem } = await prepared(create);
      const onDemand = { mode: 'wifi', excludedSsids: ['Café & "Bar" 🍵'] };
      await tenant.api('PATCH', tenant.path(`/devices/${device.id}`), { onDemand });
      const { profiles } = expectStatus(await redeem({ profile }), 200);
      const content = profiles[0]?.content ?? '';
      const text = profiles[0]?.encoding === 'text' ? content : bytes(content).toString('utf8');
      expect(text).toMatch(/<key>OnDemandEnabled<\/key>\s*<(integer>1|true)/);
      expect(text).toContain('Café &amp; "Bar" 🍵');
    },
  );
}

function endContract(create: () => Promise<Plane>): void {
  test('writes the end of a device into its profile, and bounds its certificate', async () => {
    const { tenant, device, redeem } = await prepared(create);
    const expiresAt = new Date(Date.now() + 3 * 86_400_000).toISOString();
    const path = tenant.path(`/devices/${device.id}`);
    expectStatus(await tenant.api('PATCH', path, { expiresAt }), 200);
    const {
      profiles,
      ikev2,
      device: live,
    } = expectStatus(await redeem({ profile: 'mobileconfig' }), 200);
    expect(live.expiresAt).toBe(expiresAt);
    const wholeSeconds = expiresAt.replace(/\.\d+Z$/, '');
    const file = bytes(profiles[0]?.content ?? '').toString('utf8');
    expect(file).toMatch(new RegExp(`<key>RemovalDate</key>\\s*<date>${wholeSeconds}`));
    const { notAfter } = new X509Certificate(bytes(ikev2?.certificate ?? ''));
    expect(notAfter.toISOString()).toBe(`${wholeSeconds}.000Z`);
    expect(Date.parse(ikev2?.expiresAt ?? '')).toBe(notAfter.getTime());
    expectStatus(await tenant.api('PATCH', path, { expiresAt: null }), 200);
    const free = expectStatus(await redeem({ profile: 'mobileconfig' }), 200);
    expect(bytes(free.profiles[0]?.content ?? '').toString('utf8')).not.toContain('RemovalDate');
    expect(Date.parse(free.ikev2?.expiresAt ?? '')).toBeGreaterThan(Date.parse(expiresAt));
  });
}

function webClipContract(create: () => Promise<Plane>): void {
  test.each(['mobileconfig', 'wireguard-mobileconfig'])(
    'puts the portal into a %s where the tenant wants it, and no link that opens it',
    async (profile) => {
      const { tenant, redeem } = await prepared(create);
      const text = async () => {
        const { profiles, tenant: shown } = expectStatus(await redeem({ profile }), 200);
        const [{ encoding = 'text', content = '' } = {}] = profiles;
        const file = encoding === 'text' ? content : bytes(content).toString('utf8');
        return { file, portalUrl: shown.portalUrl };
      };
      const plain = await text();
      expect(plain.portalUrl).toBeNull();
      expect(plain.file).not.toContain('com.apple.webClip.managed');
      const policy = { portalWebClip: 'on' };
      expectStatus(await tenant.api('PATCH', tenant.path(''), { policy }), 200);
      const { file, portalUrl } = await text();
      expect(portalUrl).toMatch(new RegExp(`^https?://[^/]+/portal/#/t/${tenant.id}$`));
      expect(file).toContain('com.apple.webClip.managed');
      expect(file).toContain(`<string>${portalUrl}</string>`);
      expect(file).not.toMatch(/<string>[^<]*\/[lu]\//);
    },
  );
}

function refusalContract(create: () => Promise<Plane>): void {
  test('refuses a key of the wrong kind, and uses nothing up', async () => {
    const { anonymous, link } = await prepared(create);
    const { token } = await link();
    const tries = [
      [{ profile: 'mobileconfig', publicKey: publicKey() }, 'publicKey'],
      [{ certificateRequest: await certificateRequest() }, 'certificateRequest'],
      [{ profile: 'swanctl', certificateRequest: 'nonsense' }, 'certificateRequest'],
      [{ profile: 'telepathy' }, 'profile'],
    ] as const;
    for (const [body, field] of tries) {
      const reply = await anonymous('POST', '/v1/links/redeem', { token, ...body });
      expect(reply.body).toMatchObject({ code: 'invalid_input', problems: [{ field }] });
    }
    expect((await anonymous('POST', '/v1/links/redeem', { token })).status).toBe(200);
  });

  test('refuses and does not offer what no gateway of the device can serve', async () => {
    const plane = await create();
    const tenant = await createTenant(plane);
    // The agent of the second one has asked for no certificate yet.
    await enrolledGateway(plane, tenant);
    await enrolledGateway(plane, tenant, { ikev2: true });
    const device = await createDevice(tenant, { platform: 'ios' });
    const { token, path } = await createLink(tenant, device.id);
    const redeem = (profile: ProfileKind, api: Api = apiOf(plane)) =>
      api('POST', '/v1/links/redeem', { token, profile });
    expect((await redeem('mobileconfig')).body).toMatchObject({
      ...{ code: 'gateway_not_ready', wayOut: expect.stringContaining('WireGuard') },
    });
    // A key of RSA takes a second or so: none is made for nothing.
    const generated = vi.spyOn(crypto.subtle, 'generateKey');
    expect((await redeem('sswan')).body).toMatchObject({ code: 'gateway_not_ready' });
    expect(generated).not.toHaveBeenCalled();
    generated.mockRestore();
    const headers = { accept: 'text/html', 'user-agent': iphone };
    const html = await (await plane.request(path, { headers })).text();
    expect(html).toContain('value="wireguard"');
    expect(html).not.toContain('value="mobileconfig"');
    expect((await redeem('wireguard')).status).toBe(200);
  });
}

function pageContract(create: () => Promise<Plane>): void {
  const form = (kind: ProfileKind) => new URLSearchParams({ profile: kind }).toString();
  const headers = {
    ...{ accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
  };

  test('offers an iPhone its own client first, and answers with the file itself', async () => {
    const { plane, link } = await prepared(create);
    const { path } = await link();
    const agent = { 'user-agent': iphone };
    const html = await (await plane.request(path, { headers: { ...headers, ...agent } })).text();
    const order = [...html.matchAll(/name="profile" value="([\w-]+)"/g)].map(([, kind]) => kind);
    expect(order.slice(0, 3)).toEqual(['mobileconfig', 'wireguard', 'wireguard-mobileconfig']);
    const certified = profileKinds.filter((kind) => profileTraits[kind].protocol !== 'password');
    expect(order.toSorted()).toEqual(certified.toSorted());
    expect(html).toContain('Profile Downloaded');
    expect(html).not.toContain('Open it there');
    const init = { method: 'POST', headers: { ...headers, ...agent }, body: form('mobileconfig') };
    const answer = await plane.request(path, init);
    expect(answer.headers.get('content-type')).toBe('application/x-apple-aspen-config');
    expect(answer.headers.get('content-disposition')).toMatch(/filename="[\w-]+\.mobileconfig"$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    // CMS (RFC 5652): a SEQUENCE in DER.
    expect(new Uint8Array(await answer.arrayBuffer())[0]).toBe(0x30);
  });

  test('says that it is for another device, and lets that one come by its camera', async () => {
    const { plane, link } = await prepared(create);
    const agent = { 'user-agent': windows };
    const { path } = await link();
    const html = await (await plane.request(path, { headers: { ...headers, ...agent } })).text();
    expect(html).toContain('to be a Windows computer. Open it there');
    expect(html).toContain('<svg');
  });

  test('offers everything to a system that it does not know', async () => {
    const { plane, link, tenant } = await prepared(create, 'other');
    await tenant.api('PATCH', tenant.path(''), { policy: { ikev2Passwords: 'on' } });
    const html = await (await plane.request((await link()).path, { headers })).text();
    for (const kind of profileKinds) expect(html).toContain(`value="${kind}"`);
  });

  test('shows the password and what is typed where Android asks for them', async () => {
    const { plane, link } = await prepared(create, 'android');
    const init = { method: 'POST', headers, body: form('android') };
    const html = await (await plane.request((await link()).path, init)).text();
    expect(html).toMatch(/<pre class="secret">[0-9a-z]{20,}<\/pre>/);
    expect(html).toContain('IKEv2/IPSec RSA');
    expect(html).toContain('vpn.example.com');
    expect(html).toMatch(/download="[\w-]+\.p12"/);
  });

  test('refuses a kind that there is not, as a page', async () => {
    const { plane, link } = await prepared(create);
    const { path } = await link();
    const init = { method: 'POST', headers, body: 'profile=telepathy' };
    expect((await plane.request(path, init)).status).toBe(400);
    expect((await plane.request(path, { method: 'POST', headers })).status).toBe(200);
  });
}

/** @param create makes or shares a control plane */
export function redemptionContract(create: () => Promise<Plane>): void {
  describe('redeeming a link', () => {
    kindContract(create);
    onDemandContract(create);
    webClipContract(create);
    endContract(create);
    refusalContract(create);
  });
  describe('the page of a link', () => pageContract(create));
}
