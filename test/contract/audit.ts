// The log, as auditors need it.

import { describe, expect, test } from 'vitest';
import type { Verification } from '../../src/model/audit.ts';
import type { Revision } from '../../src/model/revision.ts';
import type { Listing } from '../../src/operations/page.ts';
import { hashOf } from '../../src/pki/audit.ts';
import { createApiKey } from './api-keys.ts';
import { createGroup } from './groups.ts';
import { apiOf, createTenant, operatorKey, type Plane } from './plane.ts';

/** A tenant with five users after its owner, and a group. */
async function prepared(create: () => Promise<Plane>) {
  const plane = await create();
  const tenant = await createTenant(plane);
  const users = tenant.path('/users');
  for (const name of ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve'])
    await tenant.api('POST', users, { name });
  const group = await createGroup(tenant, 'Staff');
  const list = async (query: string) => {
    const path = tenant.path(`/audit?${query}`);
    return (await tenant.api<Listing<Revision>>('GET', path)).body;
  };
  return { plane, tenant, group, list };
}

const numbers = ({ items }: Listing<Revision>) => items.map(({ number }) => number);

function listContract(create: () => Promise<Plane>): void {
  test('shows every change, newest first, with who and what', async () => {
    const { tenant, group, list } = await prepared(create);
    const all = await list('limit=100');
    expect(numbers(all)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(all.items[0]).toMatchObject({ operation: 'group.create', subject: group.id });
    expect(all.items[0]?.actor).toMatch(/^k_/);
    expect(all.items.at(-1)).toMatchObject({
      ...{ operation: 'tenant.create', actor: 'operator', subject: tenant.id },
    });
  });

  test('finds by operation, entity, actor and subject, page by page', async () => {
    const { tenant, group, list } = await prepared(create);
    expect(numbers(await list('operation=user.create'))).toEqual([6, 5, 4, 3, 2]);
    expect(numbers(await list('operation=group.*'))).toEqual([7]);
    expect(numbers(await list('actor=operator'))).toEqual([1]);
    expect(numbers(await list(`subject=${group.id}`))).toEqual([7]);
    expect(numbers(await list(`subject=${tenant.id}&operation=user.*`))).toEqual([]);
    const first = await list('operation=user.*&limit=2');
    expect(numbers(first)).toEqual([6, 5]);
    const second = await list(`operation=user.*&limit=2&cursor=${first.next}`);
    expect([numbers(second), second.next]).toEqual([[4, 3], '3']);
    const third = await list(`operation=user.*&limit=2&cursor=${second.next}`);
    expect([numbers(third), third.next]).toEqual([[2], null]);
  });

  test('finds by time, first and last moment included', async () => {
    const { list } = await prepared(create);
    const { items } = await list('limit=100');
    const at = (number: number) => items.find((one) => one.number === number)?.at ?? '';
    const between = items.filter((one) => one.at >= at(3) && one.at <= at(5));
    const found = await list(`from=${at(3)}&to=${at(5)}`);
    expect(numbers(found)).toEqual(numbers({ items: between, next: null }));
    const later = '2099-01-01T00:00:00%2B01:00';
    expect(numbers(await list(`from=${later}`))).toEqual([]);
    expect(numbers(await list(`to=${later}&limit=1`))).toEqual([7]);
    expect(numbers(await list('to=2020-01-01T00:00:00Z'))).toEqual([]);
  });

  test.each([
    ...['limit=0', 'limit=1001', 'limit=x', 'cursor=x', 'colour=red', 'operation=device.fly'],
    ...['operation=*', 'operation=cat.*', 'actor=Anna%20B', 'from=yesterday', 'to=2026-01-01'],
  ])('refuses ?%s', async (query) => {
    const tenant = await createTenant(await create());
    expect((await tenant.api('GET', tenant.path(`/audit?${query}`))).status).toBe(400);
  });
}

function exportContract(create: () => Promise<Plane>): void {
  test('is every revision, a line each, and at last its own', async () => {
    const { tenant, list } = await prepared(create);
    const reply = await tenant.api<string>('GET', tenant.path('/audit/export'));
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toContain('application/jsonl');
    const lines = reply.text.trimEnd().split('\n');
    const all: Revision[] = lines.map((line) => JSON.parse(line));
    expect(all).toEqual((await list('limit=100')).items.reverse());
    expect(all.at(-1)).toMatchObject({ operation: 'audit.export', summary: { since: 0 } });
    let previous = '0'.repeat(64);
    for (const { hash, ...rest } of all) {
      expect(hash).toBe(await hashOf(previous, rest));
      previous = hash;
    }
  });

  test('begins behind the revision that it is given', async () => {
    const { tenant } = await prepared(create);
    const reply = await tenant.api<string>('GET', tenant.path('/audit/export?since=5'));
    const lines = reply.text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).number)).toEqual([6, 7, 8]);
    const last = await tenant.api<string>('GET', tenant.path('/audit/export?since=9000'));
    expect([last.status, last.text]).toEqual([200, '']);
  });
}

/** @param create makes or shares a control plane */
export function auditContract(create: () => Promise<Plane>): void {
  describe('audit.list', () => listContract(create));
  describe('audit.export', () => exportContract(create));

  test('audit.verify finds a log in order', async () => {
    const { tenant } = await prepared(create);
    const path = tenant.path('/audit/verify');
    const whole = { verified: 7, from: 1, to: 7, head: 7, anchors: 0, fault: null };
    expect((await tenant.api<Verification>('GET', path)).body).toMatchObject(whole);
    const rest = { verified: 3, from: 5, to: 7, fault: null };
    expect((await tenant.api('GET', `${path}?from=5`)).body).toMatchObject(rest);
    expect((await tenant.api('GET', `${path}?from=0`)).status).toBe(400);
  });

  test('the log is for auditors, and not for keys of a part of the tenant', async () => {
    const { plane, tenant, group } = await prepared(create);
    const auditor = await createApiKey(plane, tenant, { role: 'auditor' });
    const bounded = await createApiKey(plane, tenant, { groupIds: [group.id] });
    for (const rest of ['', '/verify', '/export']) {
      const path = tenant.path(`/audit${rest}`);
      expect((await apiOf(plane, auditor.key)('GET', path)).status).toBe(200);
      expect((await apiOf(plane, bounded.key)('GET', path)).status).toBe(403);
      expect((await apiOf(plane, operatorKey)('GET', path)).status).toBe(403);
    }
  });
}
