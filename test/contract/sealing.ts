// The keys that seal secrets at rest: counted and renewed by the operator, and by nobody else.

import { describe, expect, test } from 'vitest';
import type { Sealing } from '../../src/model/sealing.ts';
import type { Listing } from '../../src/operations/page.ts';
import { apiOf, createTenant, operatorKey, type Plane, type TestTenant } from './plane.ts';

type Api = ReturnType<typeof apiOf>;

/** What a page-by-page walk says of each database; null is the directory. */
async function walk(api: Api, method: string, path: string) {
  const seen = new Map<string | null, Sealing>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = `?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page = await api<Listing<Sealing>>(method, path + query);
    expect(page.status).toBe(200);
    for (const item of page.body.items) {
      expect(seen.has(item.tenantId)).toBe(false);
      seen.set(item.tenantId, item);
    }
    cursor = page.body.next;
  }
  return seen;
}

function addWebhook(tenant: TestTenant) {
  const body = { url: 'https://hooks.example.com/x' };
  return tenant.api('POST', tenant.path('/webhooks'), body);
}

export function sealingContract(create: () => Promise<Plane>): void {
  describe('sealing.list and sealing.renew', () => {
    test('count the sealed texts of every database by their key', async () => {
      const plane = await create();
      const operator = apiOf(plane, operatorKey);
      const tenant = await createTenant(plane);
      expect((await addWebhook(tenant)).status).toBe(201);
      for (const [method, path] of [
        ['GET', '/v1/sealing'],
        ['POST', '/v1/sealing/renew'],
      ] as const) {
        const seen = await walk(operator, method, path);
        expect(seen.get(null)?.database.status).toBe('ready');
        expect(seen.get(tenant.id)).toEqual({
          tenantId: tenant.id,
          database: { status: 'ready', fault: null },
          keys: [{ id: 'root', texts: 1, status: 'newest' }],
        });
      }
    });

    test('are for the operator alone', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      for (const [method, path] of [
        ['GET', '/v1/sealing'],
        ['POST', '/v1/sealing/renew'],
      ] as const) {
        expect((await apiOf(plane)(method, path)).status).toBe(401);
        expect((await tenant.api(method, path)).status).toBe(403);
      }
    });
  });
}
