import { describe, expect, test } from 'vitest';
import {
  createDevice,
  createGateway,
  createTenant,
  type MailPlane,
  type Reply,
  type TestTenant,
} from './plane.ts';

/** What makes something, with a body that makes one more each time it is sent. */
const creations: Record<string, (tenant: TestTenant) => Promise<object>> = {
  '/users': async () => ({ name: 'Bob' }),
  '/invitations': async () => ({ name: 'Bob', email: 'bob@example.com' }),
  '/groups': async () => ({ name: 'Staff' }),
  '/api-keys': async () => ({ name: 'CI', role: 'admin' }),
  '/gateways': async () => ({ name: 'Berlin', endpoint: { host: 'vpn.example.com' } }),
  '/devices': async (tenant) => {
    await createGateway(tenant);
    return { userId: tenant.ownerId, name: 'phone' };
  },
  '/links': async (tenant) => {
    await createGateway(tenant);
    return { deviceId: (await createDevice(tenant)).id };
  },
};

async function head(tenant: TestTenant): Promise<number> {
  return (await tenant.api<{ head: number }>('GET', tenant.path(''))).body.head;
}

export function idempotencyContract(create: () => Promise<MailPlane>): void {
  describe.each(Object.entries(creations))('with an Idempotency-Key, POST %s', (path, bodyOf) => {
    test('makes one thing, and says the same again, secrets included', async () => {
      const tenant = await createTenant(await create());
      const body = await bodyOf(tenant);
      const before = await head(tenant);
      const key = { 'idempotency-key': 'once-more' };
      const send = (sent: object): Promise<Reply> =>
        tenant.api('POST', tenant.path(path), sent, key);
      const first = await send(body);
      expect(first.status).toBeLessThan(300);
      expect(first.headers.get('idempotency-replayed')).toBeNull();
      const again = await send(body);
      expect([again.status, again.body]).toEqual([first.status, first.body]);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      const change = path === '/links' ? { expiresInSeconds: 3600 } : { name: 'Other' };
      const other = await send({ ...body, ...change });
      expect(other.body).toMatchObject({ status: 422, code: 'idempotency_mismatch' });
      expect(await head(tenant)).toBe(before + 1);
    });

    test('makes one thing when it comes twice at once', async () => {
      const tenant = await createTenant(await create());
      const body = await bodyOf(tenant);
      const before = await head(tenant);
      const key = { 'idempotency-key': 'both-at-once' };
      const send = () => tenant.api('POST', tenant.path(path), body, key);
      const [one, two] = await Promise.all([send(), send()]);
      expect(one.status).toBeLessThan(300);
      expect([two.status, two.body]).toEqual([one.status, one.body]);
      expect(await head(tenant)).toBe(before + 1);
    });
  });

  test('an Idempotency-Key is each caller’s own, and must be printable', async () => {
    const tenant = await createTenant(await create());
    const stranger = await createTenant(await create());
    const key = { 'idempotency-key': 'k' };
    const body = { name: 'Staff' };
    const mine = await tenant.api('POST', tenant.path('/groups'), body, key);
    const theirs = await stranger.api('POST', stranger.path('/groups'), body, key);
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body).not.toEqual(mine.body);
    const blank = { 'idempotency-key': 'a b' };
    const refused = await tenant.api('POST', tenant.path('/groups'), { name: 'x' }, blank);
    expect(refused.body).toMatchObject({ status: 400, problems: [{ field: 'Idempotency-Key' }] });
  });
}
