import { describe, expect, test } from 'vitest';
import type { Group } from '../../src/model/group.ts';
import type { Listing } from '../../src/operations/page.ts';
import { createTenant, expectStatus, type MailPlane, type TestTenant } from './plane.ts';

export async function createGroup(tenant: TestTenant, name: string): Promise<Group> {
  return expectStatus(await tenant.api<Group>('POST', tenant.path('/groups'), { name }), 201);
}

export function groupContract(create: () => Promise<MailPlane>): void {
  describe('groups', () => {
    test('have unique names, also when they are renamed', async () => {
      const tenant = await createTenant(await create());
      const staff = await createGroup(tenant, 'Staff');
      const guests = await createGroup(tenant, 'Guests');
      const again = await tenant.api('POST', tenant.path('/groups'), { name: 'Staff' });
      const taken = { code: 'already_exists', problems: [{ field: 'name' }] };
      expect(again.body).toMatchObject(taken);
      const path = tenant.path(`/groups/${guests.id}`);
      expect((await tenant.api('PATCH', path, { name: 'Staff' })).body).toMatchObject(taken);
      const stale = { 'if-match': `"${staff.revision}"` };
      expect((await tenant.api('PATCH', path, { name: 'x' }, stale)).status).toBe(412);
      const renamed = await tenant.api<Group>('PATCH', path, { name: 'Visitors' });
      expect(renamed.body).toMatchObject({ name: 'Visitors' });
      expect((await tenant.api('GET', path)).body).toEqual(renamed.body);
      const list = await tenant.api<Listing<Group>>('GET', tenant.path('/groups?limit=1'));
      const rest = tenant.path(`/groups?cursor=${list.body.next}`);
      const { body } = await tenant.api<Listing<Group>>('GET', rest);
      expect([...list.body.items, ...body.items].map(({ name }) => name)).toEqual([
        'Staff',
        'Visitors',
      ]);
      const log = await tenant.api<Listing<object>>('GET', tenant.path('/audit?limit=1'));
      expect(log.body.items).toMatchObject([
        { summary: { name: 'Visitors', nameBefore: 'Guests' } },
      ]);
    });

    test('take members in and let them go; twice is the same as once', async () => {
      const tenant = await createTenant(await create());
      const { id } = await createGroup(tenant, 'Staff');
      const group = tenant.path(`/groups/${id}`);
      const member = `${group}/members/${tenant.ownerId}`;
      const listed = async () => {
        const path = tenant.path(`/users?groupId=${id}`);
        return (await tenant.api<Listing<{ id: string }>>('GET', path)).body.items;
      };
      const head = async () => (await tenant.api('GET', tenant.path(''))).body;
      expect((await tenant.api('PUT', member)).status).toBe(204);
      const once = await head();
      expect((await tenant.api('PUT', member)).status).toBe(204);
      expect(await head()).toEqual(once);
      expect(await listed()).toMatchObject([{ id: tenant.ownerId }]);
      expect((await tenant.api('DELETE', member)).status).toBe(204);
      expect((await tenant.api('DELETE', member)).status).toBe(204);
      expect(await listed()).toEqual([]);
      for (const path of [
        `${group}/members/u_0000000000000000`,
        member.replace(id, 'g_0000000000000000'),
      ])
        expect((await tenant.api('PUT', path)).status).toBe(404);
    });

    test('say when they are deleted how many members they had', async () => {
      const tenant = await createTenant(await create());
      const { id } = await createGroup(tenant, 'Staff');
      const group = tenant.path(`/groups/${id}`);
      await tenant.api('PUT', `${group}/members/${tenant.ownerId}`);
      expect((await tenant.api('DELETE', group)).status).toBe(204);
      expect((await tenant.api('DELETE', group)).status).toBe(404);
      expect((await tenant.api('GET', tenant.path(`/users/${tenant.ownerId}`))).status).toBe(200);
      const log = await tenant.api<Listing<object>>('GET', tenant.path('/audit?limit=1'));
      expect(log.body.items).toMatchObject([
        { operation: 'group.delete', summary: { name: 'Staff', members: 1 } },
      ]);
    });
  });
}
