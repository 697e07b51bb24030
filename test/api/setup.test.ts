// The one-time owner link.

import { expect, test } from 'vitest';
import { createSetupLink } from '../../src/operations/tenant/setup.ts';
import { apiOf, createTenant } from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

const headers = { accept: 'text/html' };

function form(fields: Record<string, string>): RequestInit {
  return { method: 'POST', headers, body: new URLSearchParams(fields) };
}

async function prepared() {
  const plane = await createControlPlane();
  const link = await createSetupLink(plane.services);
  return { plane, path: new URL(link ?? '').pathname };
}

test('makes the first tenant and shows a key that works', async () => {
  const { plane, path } = await prepared();
  expect((await plane.request(path, { headers })).status).toBe(200);
  const done = await plane.request(path, form({ name: 'Acme', owner: 'Ada', email: '' }));
  expect(done.status).toBe(201);
  const html = await done.text();
  const key = /sp_[0-9a-z]{16}_[0-9a-z]{39}_[0-9a-z]{7}/.exec(html)?.[0];
  const tenant = /t_[0-9a-z]{16}/.exec(html)?.[0];
  const { body } = await apiOf(plane, key)('GET', `/v1/tenants/${tenant}`);
  expect(body).toMatchObject({ name: 'Acme', slug: 'acme' });
});

test('works once', async () => {
  const { plane, path } = await prepared();
  const fields = { name: 'Acme', owner: 'Ada', email: '' };
  await plane.request(path, form(fields));
  for (const request of [form({ ...fields, name: 'Second' }), { headers }]) {
    const response = await plane.request(path, request);
    expect(response.status).toBe(410);
    expect(await response.text()).toContain('used already or has expired');
  }
});

test('says what is wrong in the form, keeps what was typed and stays open', async () => {
  const { plane, path } = await prepared();
  const wrong = await plane.request(path, form({ name: 'A"cme', owner: 'Ada', email: 'nope' }));
  expect(wrong.status).toBe(400);
  const html = await wrong.text();
  expect(html).toContain('owner.email must be an e-mail address');
  expect(html).toContain('value="A&quot;cme"');
  const fields = { name: 'Acme', owner: 'Ada', email: 'ada@example.com' };
  expect((await plane.request(path, form(fields))).status).toBe(201);
});

test('stays open when the tenant could not be made', async () => {
  const { plane, path } = await prepared();
  const response = await plane.request(path, form({ name: '日本', owner: 'Ada', email: '' }));
  expect(response.status).toBe(400);
  expect((await plane.request(path, { headers })).status).toBe(200);
});

test('is closed once there is a tenant, made however', async () => {
  const { plane, path } = await prepared();
  await createTenant(plane);
  expect((await plane.request(path, { headers })).status).toBe(410);
  const fields = { name: 'Mine', owner: 'Eve', email: '' };
  expect((await plane.request(path, form(fields))).status).toBe(410);
  expect(await createSetupLink(plane.services)).toBeUndefined();
});

test('expires after a day, and a fresh one replaces it', async () => {
  const { plane, path } = await prepared();
  const fresh = new URL((await createSetupLink(plane.services)) ?? '').pathname;
  expect((await plane.request(path, { headers })).status).toBe(410);
  expect((await plane.request(fresh, { headers })).status).toBe(200);
  plane.advanceClock(24 * 3_600_000 + 1);
  expect((await plane.request(fresh, { headers })).status).toBe(410);
});
