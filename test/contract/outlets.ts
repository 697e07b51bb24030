// Webhooks and the syslog server: settings, and who may have them. That the log arrives is tested
// in test/jobs.

import { describe, expect, test } from 'vitest';
import { limits } from '../../src/model/limits.ts';
import type { IssuedWebhook, Syslog, TestedWebhook, Webhook } from '../../src/model/outlet.ts';
import type { Revision } from '../../src/model/revision.ts';
import type { Listing } from '../../src/operations/page.ts';
import { apiOf, createTenant, type Plane, type TestTenant } from './plane.ts';

const url = 'https://hooks.example.invalid/secret-path';

async function createWebhook(tenant: TestTenant, body: object = {}): Promise<IssuedWebhook> {
  const reply = await tenant.api<IssuedWebhook>('POST', tenant.path('/webhooks'), { url, ...body });
  expect(reply.status, reply.text).toBe(201);
  return reply.body;
}

async function newestRevision(tenant: TestTenant): Promise<Revision | undefined> {
  const path = tenant.path('/audit?limit=1');
  return (await tenant.api<Listing<Revision>>('GET', path)).body.items[0];
}

function webhookChanges(create: () => Promise<Plane>): void {
  test('is made with a secret that is shown once, and changed', async () => {
    const tenant = await createTenant(await create());
    const { webhook, secret } = await createWebhook(tenant, { operations: ['device.create'] });
    expect(secret).toMatch(/^whsec_/);
    expect(webhook).toMatchObject({
      ...{ url, description: 'hooks.example.invalid', operations: ['device.create'], batch: 1 },
      ...{ enabled: true, previousSecretUntil: null, revision: 2 },
    });
    const path = tenant.path(`/webhooks/${webhook.id}`);
    const change = { description: 'Chat', operations: null, batch: 50, enabled: false };
    const changed = await tenant.api<IssuedWebhook>('PATCH', path, change);
    expect(changed.body).toMatchObject({ webhook: { ...change, url, revision: 3 }, secret: null });
    const rotated = await tenant.api<IssuedWebhook>('PATCH', path, { rotateSecret: true });
    expect(rotated.body.secret).toMatch(/^whsec_/);
    expect(rotated.body.secret).not.toBe(secret);
    expect(rotated.body.webhook.previousSecretUntil).not.toBeNull();
    const got = await tenant.api<Webhook>('GET', path);
    expect(got.text).not.toContain('whsec_');
    expect(got.headers.get('etag')).toBe('"4"');
    expect((await tenant.api('DELETE', path)).status).toBe(204);
    expect((await tenant.api('GET', path)).status).toBe(404);
  });

  test('is in the log with what changed, and without the path of its address', async () => {
    const tenant = await createTenant(await create());
    const { webhook } = await createWebhook(tenant);
    expect((await newestRevision(tenant))?.summary).toMatchObject({
      ...{ host: 'hooks.example.invalid', operations: null, batch: 1 },
    });
    const path = tenant.path(`/webhooks/${webhook.id}`);
    await tenant.api('PATCH', path, { url: `${url}/other`, batch: 2, rotateSecret: true });
    const newest = await newestRevision(tenant);
    expect(newest).toMatchObject({ operation: 'webhook.update', subject: webhook.id });
    expect(newest?.summary).toEqual({
      ...{ 'batch.before': 1, 'batch.after': 2, url: 'changed', secret: 'rotated' },
    });
  });

  test('says what became of a test event, which is logged', async () => {
    const tenant = await createTenant(await create());
    const { webhook } = await createWebhook(tenant);
    const path = tenant.path(`/webhooks/${webhook.id}/test`);
    const { status, body } = await tenant.api<TestedWebhook>('POST', path);
    expect([status, body.delivered]).toEqual([200, false]);
    expect(body.answer).toContain('hooks.example.invalid');
    expect(body.answer).not.toContain('secret-path');
    expect(await newestRevision(tenant)).toMatchObject({
      ...{ operation: 'webhook.test', subject: webhook.id },
    });
  });
}

function webhookRefusals(create: () => Promise<Plane>): void {
  test.each([
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url: 'http://example.com/x' }, 'url'],
    [{ url: 'https://user:word@example.com/' }, 'url'],
    [{ url: 'x' }, 'url'],
    [{ operations: [] }, 'operations'],
    [{ operations: ['device.fly'] }, 'operations.0'],
    [{ batch: 0 }, 'batch'],
    [{ batch: limits.webhookBatchMost + 1 }, 'batch'],
    [{ secret: 'mine' }, 'secret'],
  ])('refuses %j', async (body, field) => {
    const tenant = await createTenant(await create());
    const reply = await tenant.api('POST', tenant.path('/webhooks'), { url, ...body });
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ problems: [{ field }] });
  });

  test('has a bound on their number, and shows them page by page', async () => {
    const tenant = await createTenant(await create());
    const made: string[] = [];
    for (let n = 0; n < limits.webhooksPerTenant; n++)
      made.push((await createWebhook(tenant)).webhook.id);
    const one = await tenant.api('POST', tenant.path('/webhooks'), { url });
    expect(one.body).toMatchObject({ status: 409, code: 'limit_reached' });
    const page = (query: string) =>
      tenant.api<Listing<Webhook>>('GET', tenant.path(`/webhooks?limit=15${query}`));
    const first = (await page('')).body;
    const second = (await page(`&cursor=${first.next}`)).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made);
    expect(second.next).toBeNull();
  });

  test('is changed only as it was seen, if that is asked for', async () => {
    const plane = await create();
    const tenant = await createTenant(plane);
    const { webhook } = await createWebhook(tenant);
    const headers = {
      ...{ authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' },
      'if-match': '"1"',
    };
    const init = { method: 'PATCH', headers, body: '{"batch":2}' };
    const path = tenant.path(`/webhooks/${webhook.id}`);
    expect((await plane.request(path, init)).status).toBe(412);
  });
}

function syslogContract(create: () => Promise<Plane>): void {
  const server = { host: 'logs.example.com', port: 6514, caPem: null, enabled: true };

  test('is set, replaced and deleted', async () => {
    const tenant = await createTenant(await create());
    const path = tenant.path('/syslog');
    expect((await tenant.api('GET', path)).status).toBe(404);
    const set = await tenant.api<Syslog>('PUT', path, { host: server.host });
    expect(set.body).toMatchObject({ ...server, revision: 2, state: { cursor: 1, failures: 0 } });
    const other = { ...server, host: 'other.example.com', enabled: false };
    expect((await tenant.api('PUT', path, other)).body).toMatchObject({ ...other, revision: 3 });
    expect((await newestRevision(tenant))?.summary).toEqual({
      ...{ 'host.before': 'logs.example.com', 'host.after': 'other.example.com' },
      ...{ 'enabled.before': true, 'enabled.after': false },
    });
    expect((await tenant.api('GET', path)).body).toMatchObject(other);
    expect((await tenant.api('DELETE', path)).status).toBe(204);
    expect((await tenant.api('DELETE', path)).status).toBe(404);
  });

  test.each([
    [{ host: 'not a host' }, 'host'],
    [{ port: 0 }, 'port'],
    [{ caPem: 'no certificate' }, 'caPem'],
  ])('refuses %j', async (body, field) => {
    const tenant = await createTenant(await create());
    const reply = await tenant.api('PUT', tenant.path('/syslog'), { ...server, ...body });
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ problems: [{ field }] });
  });
}

/** @param create makes or shares a control plane */
export function outletContract(create: () => Promise<Plane>): void {
  describe('a webhook', () => {
    webhookChanges(create);
    webhookRefusals(create);

    test('of another tenant looks like none', async () => {
      const plane = await create();
      const [ours, theirs] = [await createTenant(plane), await createTenant(plane)];
      const { webhook } = await createWebhook(theirs);
      const path = ours.path(`/webhooks/${webhook.id}`);
      for (const method of ['GET', 'DELETE'])
        expect((await ours.api(method, path)).status).toBe(404);
      expect((await apiOf(plane)('GET', path)).status).toBe(401);
    });
  });
  describe('a syslog server', () => syslogContract(create));
}
