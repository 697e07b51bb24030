// What must never be written down is looked for, byte by byte.

import { expect, test } from 'vitest';
import { type ProfileKind, profileKinds, profileTraits } from '../../src/model/profile.ts';
import { certifiedGateway } from '../contract/authorities.ts';
import { newAddress } from '../contract/people.ts';
import {
  apiOf,
  createDevice,
  createGateway,
  createLink,
  createTenant,
  expectStatus,
  operatorKey,
} from '../contract/plane.ts';
import { createUser } from '../contract/users.ts';
import { createControlPlane } from '../control-plane.ts';
import { filesBelow, search, watchKeys } from '../needles.ts';

/** How often a link is redeemed. All of 1,000 take minutes: `REDEMPTIONS=1000`. */
const redemptions = Number(process.env.REDEMPTIONS ?? 50);
const milliseconds = 30_000 + redemptions * 2000;

/** What a page or the API handed over, as text: profiles stand in it in base64. */
function unpacked(text: string): string {
  const inside = [...text.matchAll(/[A-Za-z0-9+/]{200,}={0,2}/g)].map(([base64]) =>
    Buffer.from(base64, 'base64').toString('latin1'),
  );
  return [text, ...inside].join('\n');
}

const passwordPatterns = [
  /<key>(?:Auth)?Password<\/key>(?:\s|\\[nt])*<string>([0-9a-z]{20,})</,
  /\$Password = '([0-9a-z]{20,})'/,
  /"password":"([0-9a-z]{20,})"/,
  /<pre class="secret">([0-9a-z]{20,})</,
];
const bundleKinds: readonly ProfileKind[] = ['mobileconfig', 'windows', 'sswan', 'android'];
const withoutKey = profileKinds.filter((kind) => profileTraits[kind].protocol === 'password');
const kindsWithPassword = [...bundleKinds, ...withoutKey];

test(
  'no private key, password, link or token is in databases, jobs and log',
  async () => {
    const plane = await createControlPlane({ SALLYPORT_QUOTAS: 'devicesPerUser=100000' });
    const tenant = await createTenant(plane);
    const wanted = { policy: { ikev2Passwords: 'on' } };
    expectStatus(await tenant.api('PATCH', tenant.path(''), wanted), 200);
    await certifiedGateway(plane, tenant);
    const { enrollment } = await createGateway(tenant);
    const { needles, keys } = watchKeys();
    const passwords: string[] = [];
    const answers: string[] = [];
    for (let i = 0; i < redemptions; i++) {
      const kind = profileKinds[i % profileKinds.length] ?? 'wireguard';
      const user = await createUser(tenant, { email: newAddress() });
      const device = await createDevice(tenant, { userId: user.id });
      const link = await createLink(tenant, device.id, { send: true });
      const isPage = Math.floor(i / profileKinds.length) % 2 === 1;
      const path = isPage ? link.path : '/v1/links/redeem';
      const type = isPage ? 'application/x-www-form-urlencoded' : 'application/json';
      const body = isPage
        ? `profile=${kind}`
        : JSON.stringify({ token: link.token, profile: kind });
      const headers = { accept: 'text/html', 'content-type': type };
      const answer = await plane.request(path, { method: 'POST', headers, body });
      expect([kind, answer.status]).toEqual([kind, 200]);
      const text = unpacked(Buffer.from(await answer.arrayBuffer()).toString('latin1'));
      const found = passwordPatterns.flatMap((pattern) => pattern.exec(text)?.[1] ?? []);
      expect([kind, found.length > 0]).toEqual([kind, kindsWithPassword.includes(kind)]);
      passwords.push(...found);
      answers.push(text);
      needles.push(Buffer.from(link.token), Buffer.from(link.token.split('.')[1] ?? ''));
    }
    const keyless = (redemptions * withoutKey.length) / profileKinds.length + withoutKey.length;
    expect(keys()).toBeGreaterThanOrEqual(redemptions - keyless);
    const words = [...passwords, tenant.key, enrollment.token, operatorKey];
    needles.push(...words.map((text) => Buffer.from(text)));
    const log = { path: 'the log', bytes: Buffer.from(plane.logs.join('\n')) };
    const places = [...filesBelow(plane.data), log];
    expect(places.length).toBeGreaterThan(4);
    expect(search(places, needles)).toBeUndefined();
    // The search does find what is there.
    expect(search(places, [Buffer.from('link.redeem')])).toContain('link.redeem');
  },
  milliseconds,
);

test('a fault is logged with its cause and shown without it', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  await plane.services.tenants.drop(tenant.id);
  const broken = { ...plane.services.tenants, open: () => Promise.reject(new Error('disk gone')) };
  Object.assign(plane.services, { tenants: broken });
  const reply = await apiOf(plane, operatorKey)('GET', tenant.path(''));
  expect(reply.body).toMatchObject({ status: 500, code: 'internal' });
  expect(reply.text).not.toContain('disk gone');
  expect(plane.logs.filter((line) => line.includes('"fault"'))).toHaveLength(1);
});

test('the log names the route and never the path of a link', async () => {
  const plane = await createControlPlane();
  await plane.request('/l/very-secret-token');
  await plane.request('/setup/very-secret-token');
  await plane.request('/unknown/very-secret-token');
  expect(plane.logs.join('\n')).not.toContain('very-secret-token');
  expect(plane.logs).toEqual([
    expect.stringContaining('"route":"/l/:token"'),
    expect.stringContaining('"route":"/setup/:secret"'),
    expect.stringContaining('"code":"not_found"'),
  ]);
});
