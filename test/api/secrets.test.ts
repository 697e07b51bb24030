// What must never be written down is looked for, byte by byte.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RedeemedLink } from '../../src/model/device.ts';
import {
  apiOf,
  createDevice,
  createGateway,
  createLink,
  createTenant,
  enrolledGateway,
  operatorKey,
} from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

/** Every file below a directory, as bytes. */
function filesBelow(directory: string): { path: string; bytes: Buffer }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: readFileSync(path) }));
}

/** A secret in the forms in which it could stand somewhere. */
function formsOf(base64: string): Buffer[] {
  const raw = Buffer.from(base64, 'base64');
  const texts = [base64, raw.toString('base64url'), raw.toString('hex')];
  return [raw, ...texts.map((text) => Buffer.from(text))];
}

test('no private key, link, token or key is in the databases or the log', async () => {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  await enrolledGateway(plane, tenant);
  const { enrollment } = await createGateway(tenant);
  const secrets: Buffer[] = [];
  for (let i = 0; i < 20; i++) {
    const device = await createDevice(tenant);
    const link = await createLink(tenant, device.id);
    const body = { token: link.token };
    const path = '/v1/links/redeem';
    if (i % 2 === 0) {
      const { body: redeemed } = await apiOf(plane)<RedeemedLink>('POST', path, body);
      const text = redeemed.profiles[0]?.text ?? '';
      const key = /PrivateKey = (.+)/.exec(text)?.[1] ?? '';
      expect(key).toHaveLength(44);
      secrets.push(...formsOf(key));
    } else {
      const page = await plane.request(link.path, { method: 'POST' });
      const key = /PrivateKey = ([^\s<]+)/.exec(await page.text())?.[1] ?? '';
      expect(key).toHaveLength(44);
      secrets.push(...formsOf(key));
    }
    await plane.request(link.path);
    secrets.push(Buffer.from(link.token), Buffer.from(link.token.split('.')[1] ?? ''));
  }
  for (const text of [tenant.key, enrollment.token, operatorKey]) secrets.push(Buffer.from(text));
  const log = Buffer.from(plane.logs.join('\n'));
  const places = [...filesBelow(plane.data), { path: 'the log', bytes: log }];
  expect(places.length).toBeGreaterThan(4);
  for (const { path, bytes } of places)
    for (const secret of secrets) expect([path, bytes.includes(secret)]).toEqual([path, false]);
  // The search does find what is there: a device's id.
  expect(places.some(({ bytes }) => bytes.includes('link.redeem'))).toBe(true);
});

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
