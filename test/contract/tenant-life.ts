import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Tenant } from '../../src/model/tenant.ts';
import { type ExportLine, exportLineSchema } from '../../src/model/tenant-export.ts';
import type { Listing } from '../../src/operations/page.ts';
import {
  apiOf,
  createDevice,
  createLink,
  createTenant,
  enrolledGateway,
  operatorKey,
  type Plane,
  publicKey,
  type TestTenant,
} from './plane.ts';

async function prepared(create: () => Promise<Plane>) {
  const plane = await create();
  const tenant = await createTenant(plane);
  return { plane, tenant, operator: apiOf(plane, operatorKey) };
}

interface Revision {
  operation: string;
  summary: object;
}

function updateContract(create: () => Promise<Plane>): void {
  describe('tenant.update', () => {
    test('changes what is given and logs it; the same again changes nothing', async () => {
      const { tenant, operator } = await prepared(create);
      const path = tenant.path('');
      const change = { name: 'Acme AG', policy: { linkRedemption: 'session' } };
      const changed = await tenant.api<Tenant>('PATCH', path, change);
      expect(changed.body).toMatchObject({
        name: 'Acme AG',
        policy: {
          secondFactor: 'optional',
          linkRedemption: 'session',
          signIn: 'any',
          withoutRevocations: 'refuse',
          ikev2Passwords: 'off',
          portalWebClip: 'off',
        },
        revision: 2,
      });
      expect(changed.headers.get('etag')).toBe('"2"');
      expect((await tenant.api('PATCH', path, change)).body).toEqual(changed.body);
      expect((await tenant.api('GET', path)).body).toEqual(changed.body);
      const log = await tenant.api<Listing<Revision>>('GET', tenant.path('/audit?limit=1'));
      expect(log.body.items).toMatchObject([
        {
          operation: 'tenant.update',
          summary: {
            'name.before': 'Acme',
            'name.after': 'Acme AG',
            'linkRedemption.before': 'link',
            'linkRedemption.after': 'session',
          },
        },
      ]);
      const listed = await operator<Listing<Tenant>>('GET', '/v1/tenants?limit=100');
      const entry = listed.body.items.find(({ id }) => id === tenant.id);
      if (listed.body.next === null) expect(entry?.name).toBe('Acme AG');
    });

    test('refuses a change on top of one that the caller has not seen', async () => {
      const { plane, tenant } = await prepared(create);
      const headers = {
        authorization: `Bearer ${tenant.key}`,
        'content-type': 'application/json',
        'if-match': '"1"',
      };
      const send = (name: string) =>
        plane.request(tenant.path(''), {
          method: 'PATCH',
          headers,
          body: JSON.stringify({ name }),
        });
      expect((await send('first')).status).toBe(200);
      expect((await send('second')).status).toBe(412);
    });

    test('demands no single sign-on where there is none', async () => {
      const { tenant } = await prepared(create);
      const policy = { signIn: 'oidc' };
      const reply = await tenant.api('PATCH', tenant.path(''), { policy });
      expect(reply.body).toMatchObject({
        code: 'invalid_input',
        problems: [{ field: 'policy.signIn' }],
      });
    });

    test.each([
      [{ slug: 'other' }, 'slug'],
      [{ name: '' }, 'name'],
      [{ policy: { secondFactor: 'perhaps' } }, 'policy.secondFactor'],
    ])('refuses %j', async (body, field) => {
      const { tenant } = await prepared(create);
      const reply = await tenant.api('PATCH', tenant.path(''), body);
      expect(reply.body).toMatchObject({ code: 'invalid_input', problems: [{ field }] });
    });

    test('is for owners of this very tenant', async () => {
      const { plane, tenant, operator } = await prepared(create);
      const other = await createTenant(plane);
      expect((await other.api('PATCH', tenant.path(''), { name: 'x' })).status).toBe(404);
      expect((await operator('PATCH', tenant.path(''), { name: 'x' })).status).toBe(403);
    });
  });
}

function suspendContract(create: () => Promise<Plane>): void {
  describe('tenant.suspend', () => {
    test('lets nobody in at once, but agents, until tenant.resume', async () => {
      const { plane, tenant, operator } = await prepared(create);
      const gateway = await enrolledGateway(plane, tenant);
      const { token } = await createLink(tenant, (await createDevice(tenant)).id);
      const redeem = () => apiOf(plane)('POST', '/v1/links/redeem', { token });
      const reason = 'Unpaid since June';
      const suspended = await operator('POST', tenant.path('/suspend'), { reason });
      expect(suspended.body).toMatchObject({ status: 'suspended' });
      const users = await tenant.api('GET', tenant.path('/users'));
      expect(users.body).toMatchObject({ status: 403, code: 'tenant_suspended' });
      expect((await tenant.api('GET', tenant.path(''))).body).toEqual(suspended.body);
      expect((await gateway.api('GET', '/v1/agent/state')).status).toBe(200);
      expect((await redeem()).body).toMatchObject({ code: 'tenant_suspended' });
      const again = await operator('POST', tenant.path('/suspend'), { reason: 'twice' });
      expect(again.body).toEqual(suspended.body);

      const resumed = await operator('POST', tenant.path('/resume'));
      expect(resumed.body).toMatchObject({ status: 'active' });
      expect((await redeem()).status).toBe(200);
      const log = await tenant.api<Listing<Revision>>('GET', tenant.path('/audit?limit=3'));
      expect(log.body.items.slice(1)).toMatchObject([
        { operation: 'tenant.resume', actor: 'operator' },
        { operation: 'tenant.suspend', actor: 'operator', summary: { reason } },
      ]);
    });

    test("is the operator's, and wants a reason", async () => {
      const { tenant, operator } = await prepared(create);
      const body = { reason: 'x' };
      expect((await tenant.api('POST', tenant.path('/suspend'), body)).status).toBe(403);
      expect((await tenant.api('POST', tenant.path('/resume'))).status).toBe(403);
      expect((await operator('POST', tenant.path('/suspend'), {})).status).toBe(400);
    });
  });
}

function deleteContract(create: () => Promise<Plane>): void {
  const day = 24 * 3_600_000;

  describe('tenant.delete', () => {
    test('gives a week in which it can be looked at and restored', async () => {
      const { tenant } = await prepared(create);
      const deleted = await tenant.api<Tenant>('DELETE', tenant.path(''));
      expect(deleted.body).toMatchObject({ status: 'deleting' });
      const left = Date.parse(deleted.body.deleteAt ?? '') - Date.now();
      expect(left).toBeGreaterThan(6.9 * day);
      expect(left).toBeLessThanOrEqual(7 * day);
      expect((await tenant.api('GET', tenant.path(''))).body).toEqual(deleted.body);
      expect((await tenant.api('DELETE', tenant.path(''))).body).toMatchObject({
        code: 'tenant_deleting',
      });
      const users = await tenant.api('GET', tenant.path('/users'));
      expect(users.body).toMatchObject({ status: 403, code: 'tenant_deleting' });
      const restored = await tenant.api('POST', tenant.path('/restore'));
      expect(restored.body).toMatchObject({ status: 'active', deleteAt: null });
      expect((await tenant.api('GET', tenant.path('/users'))).status).toBe(200);
      expect((await tenant.api('POST', tenant.path('/restore'))).body).toEqual(restored.body);
    });

    test('does not end a suspension by being taken back', async () => {
      const { tenant, operator } = await prepared(create);
      await operator('POST', tenant.path('/suspend'), { reason: 'x' });
      expect((await tenant.api('DELETE', tenant.path(''))).status).toBe(403);
      const deleted = await operator('DELETE', tenant.path(''));
      expect((await operator('DELETE', tenant.path(''))).body).toEqual(deleted.body);
      const resume = await operator('POST', tenant.path('/resume'));
      expect(resume.body).toMatchObject({ code: 'tenant_deleting' });
      const restored = await tenant.api('POST', tenant.path('/restore'));
      expect(restored.body).toMatchObject({ status: 'suspended' });
    });

    test('of another tenant looks like no tenant', async () => {
      const { plane, tenant } = await prepared(create);
      const other = await createTenant(plane);
      expect((await other.api('DELETE', tenant.path(''))).status).toBe(404);
      expect((await other.api('POST', tenant.path('/restore'))).status).toBe(404);
    });
  });
}

async function linesOf(tenant: TestTenant): Promise<ExportLine[]> {
  const reply = await tenant.api<string>('GET', tenant.path('/export'));
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toBe('application/jsonl');
  const lines = reply.text.trimEnd().split('\n');
  return lines.map((line) => exportLineSchema.parse(JSON.parse(line)));
}

function exportContract(create: () => Promise<Plane>): void {
  describe('tenant.export', () => {
    test('gives every row but for secrets, says how many, and is in the log', async () => {
      const { plane, tenant } = await prepared(create);
      const { enrollment } = await enrolledGateway(plane, tenant);
      const device = await createDevice(tenant, { publicKey: publicKey() });
      const link = await createLink(tenant, device.id);
      const [manifest, ...lines] = await linesOf(tenant);
      const end = lines.pop();
      if (manifest?.kind !== 'manifest' || end?.kind !== 'end') throw new Error('no frame');
      expect(manifest).toMatchObject({ version: 1, tenantId: tenant.id });
      expect(end).toEqual({ kind: 'end', rows: lines.length, head: manifest.head });
      const rows = lines.flatMap((line) => (line.kind === 'row' ? [line] : []));
      const byTable = Map.groupBy(rows, ({ table }) => table);
      for (const [table, count] of Object.entries(manifest.counts))
        expect([table, byTable.get(table)?.length ?? 0]).toEqual([table, count]);
      expect(byTable.get('devices')).toMatchObject([{ row: { id: device.id, name: 'phone' } }]);
      expect(byTable.get('revisions')?.at(-1)).toMatchObject({
        row: { number: manifest.head.number, hash: manifest.head.hash, operation: 'tenant.export' },
      });
      const text = JSON.stringify(lines);
      const secrets = [tenant.key, link.token, String(enrollment.token)];
      const hashes = secrets.map((secret) => createHash('sha256').update(secret).digest('hex'));
      for (const secret of [...secrets, ...hashes]) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/"(enrollmentHash|invitationHash|clientSecret|secret)":/);
    });

    test('is for owners, also while the tenant is being deleted, and for nobody else', async () => {
      const { plane, tenant, operator } = await prepared(create);
      const other = await createTenant(plane);
      expect((await other.api('GET', tenant.path('/export'))).status).toBe(404);
      expect((await operator('GET', tenant.path('/export'))).status).toBe(403);
      await tenant.api('DELETE', tenant.path(''));
      expect((await linesOf(tenant)).at(-1)?.kind).toBe('end');
      const restored = await tenant.api('POST', tenant.path('/restore'));
      expect(restored.body).toMatchObject({ status: 'active' });
    });
  });
}

export function tenantLifeContract(create: () => Promise<Plane>): void {
  updateContract(create);
  suspendContract(create);
  deleteContract(create);
  exportContract(create);
}
