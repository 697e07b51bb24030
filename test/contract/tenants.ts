import { describe, expect, test } from 'vitest';
import type { TenantEntry } from '../../src/model/tenant.ts';
import type { Listing } from '../../src/operations/page.ts';
import { apiOf, createTenant, operatorKey, type Plane } from './plane.ts';

export function tenantContract(create: () => Promise<Plane>): void {
  describe('tenant.create', () => {
    test('makes a tenant with an owner and a key that works at once', async () => {
      const plane = await create();
      const operator = apiOf(plane, operatorKey);
      const made = await operator<{ tenant: { id: string }; key: string }>('POST', '/v1/tenants', {
        name: 'Müller & Söhne',
        owner: { name: 'Ada', email: 'Ada@Example.com' },
      });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({
        tenant: { slug: 'muller-sohne', name: 'Müller & Söhne', revision: 1 },
        owner: { name: 'Ada', email: 'ada@example.com', role: 'owner' },
      });
      const { tenant, key } = made.body;
      const got = await apiOf(plane, key)('GET', `/v1/tenants/${tenant.id}`);
      expect(got.body).toEqual(made.body.tenant);
    });

    test('refuses a slug that is taken, and nothing is left of the attempt', async () => {
      const plane = await create();
      const operator = apiOf(plane, operatorKey);
      const body = { name: 'Acme', slug: 'acme' };
      expect((await operator('POST', '/v1/tenants', body)).status).toBe(201);
      const again = await operator('POST', '/v1/tenants', body);
      expect(again.status).toBe(409);
      expect(again.body).toMatchObject({
        code: 'already_exists',
        problems: [{ field: 'slug', rule: 'must be unique among all tenants' }],
      });
    });

    test.each([
      [{}, 'name', 'is required'],
      [{ name: '' }, 'name', 'must not be empty'],
      [{ name: 'x'.repeat(101) }, 'name', 'must be at most 100 characters'],
      [{ name: 'a\nb' }, 'name', 'must hold no control characters'],
      [{ name: 7 }, 'name', 'must be of type string'],
      [{ name: 'x', slug: 'Not A Slug' }, 'slug', 'must be lower-case letters'],
      [{ name: '日本' }, 'slug', 'is required when the name has no Latin letters'],
      [{ name: 'x', owner: { name: 'y', email: 'nope' } }, 'owner.email', 'must be an e-mail'],
      [{ name: 'x', colour: 'red' }, 'colour', 'is not a known field'],
    ])('refuses %j and names field and rule', async (body, field, rule) => {
      const plane = await create();
      const reply = await apiOf(plane, operatorKey)('POST', '/v1/tenants', body);
      expect(reply.status).toBe(400);
      expect(reply.headers.get('content-type')).toContain('application/problem+json');
      expect(reply.body).toMatchObject({
        type: '/problems/invalid_input',
        code: 'invalid_input',
        wayOut: expect.any(String),
        problems: [{ field, rule: expect.stringContaining(rule) }],
      });
    });

    test('is for the operator alone', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const body = { name: 'Other' };
      expect((await apiOf(plane)('POST', '/v1/tenants', body)).status).toBe(401);
      expect((await apiOf(plane, 'guess')('POST', '/v1/tenants', body)).status).toBe(401);
      expect((await tenant.api('POST', '/v1/tenants', body)).status).toBe(403);
    });
  });

  describe('tenant.list', () => {
    test('shows the operator every tenant, page by page, and nobody else', async () => {
      const plane = await create();
      const operator = apiOf(plane, operatorKey);
      const made = [
        await createTenant(plane),
        await createTenant(plane),
        await createTenant(plane),
      ];
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query: string = `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const page = await operator<Listing<TenantEntry>>('GET', `/v1/tenants${query}`);
        expect(page.status).toBe(200);
        for (const { id, database } of page.body.items) {
          expect(database).toEqual({ status: 'ready', fault: null });
          seen.push(id);
        }
        cursor = page.body.next;
      }
      expect(seen).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
      expect(new Set(seen).size).toBe(seen.length);
      expect((await made[0]?.api('GET', '/v1/tenants'))?.status).toBe(403);
    });
  });

  describe('users', () => {
    test('are listed in the order they were made, page by page', async () => {
      const tenant = await createTenant(await create());
      for (const name of ['Bob', 'Cleo', 'Dan'])
        await tenant.api('POST', tenant.path('/users'), { name });
      const names: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = `?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
        const page = await tenant.api<Listing<{ name: string }>>(
          'GET',
          tenant.path(`/users${query}`),
        );
        expect(page.body.items.length).toBeLessThanOrEqual(2);
        names.push(...page.body.items.map(({ name }) => name));
        cursor = page.body.next;
      } while (cursor !== null);
      expect(names).toEqual(['Owner', 'Bob', 'Cleo', 'Dan']);
    });

    test('have unique addresses, whatever the case', async () => {
      const tenant = await createTenant(await create());
      const users = tenant.path('/users');
      await tenant.api('POST', users, { name: 'Bob', email: 'bob@example.com' });
      const again = await tenant.api('POST', users, { name: 'B', email: 'BOB@example.com' });
      expect(again.body).toMatchObject({ code: 'already_exists', problems: [{ field: 'email' }] });
    });
  });

  describe('another tenant', () => {
    test('looks exactly like no tenant', async () => {
      const plane = await create();
      const [ours, theirs] = [await createTenant(plane), await createTenant(plane)];
      const nobody = 't_0000000000000000';
      for (const rest of ['', '/users', '/gateways', '/devices', '/audit']) {
        const other = await ours.api<object>('GET', theirs.path(rest));
        const none = await ours.api<object>('GET', `/v1/tenants/${nobody}${rest}`);
        expect(other.status).toBe(404);
        const same = (text: string) =>
          text.replaceAll(theirs.id, 'T').replaceAll(nobody, 'T').replace(/r_\w+/, 'R');
        expect(same(other.text)).toBe(same(none.text));
      }
    });
  });

  describe('every route', () => {
    test('answers unknown paths, wrong methods and broken bodies as problems', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const users = tenant.path('/users');
      expect((await tenant.api('GET', '/v1/nothing')).body).toMatchObject({ code: 'not_found' });
      const put = await tenant.api('PUT', users);
      expect(put.body).toMatchObject({ code: 'method_not_allowed', wayOut: 'Use POST or GET.' });
      const broken = await tenant.api('POST', users, '{"name":');
      expect(broken.body).toMatchObject({ code: 'invalid_input' });
      const large = await tenant.api('POST', users, { name: 'x'.repeat(200_000) });
      expect(large.body).toMatchObject({ status: 413, code: 'body_too_large' });
      const authorization = `Bearer ${tenant.key}`;
      const headers = { authorization, 'content-type': 'text/plain' };
      const plain = await plane.request(users, { method: 'POST', headers, body: '{}' });
      expect(plain.status).toBe(415);
      const basic = await plane.request(users, { headers: { authorization: 'Basic eDp5' } });
      expect(basic.status).toBe(401);
    });

    test('says its request id and forbids caching of secrets by scripts and frames', async () => {
      const plane = await create();
      const response = await plane.request('/healthz');
      expect(response.status).toBe(200);
      expect(response.headers.get('x-request-id')).toMatch(/^r_/);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    });

    test('has a reference that may run scripts of this host and no others', async () => {
      const plane = await create();
      const response = await plane.request('/reference');
      expect(response.status).toBe(200);
      const policy = response.headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(await response.text()).not.toMatch(/<script>|<style|\son\w+=|https?:/);
    });
  });
}
