// What every runtime says to who asks too often. These planes have the usual limits but for agents,
// credentials and tenants, and take the client's address from `cf-connecting-ip`.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { RateLimits } from '../../src/model/rate-policy.ts';
import {
  createTenant,
  enrolledGateway,
  operatorKey,
  type Plane,
  type Reply,
  type TestTenant,
} from './plane.ts';

/** How the planes differ from what is usual. */
export const limitedRates: RateLimits = { agent: 100, credential: 6 };
export const limitedQuotas = { SALLYPORT_QUOTAS: 'apiRequestsPerMinute=40' };

interface Problem {
  status: number;
  code: string;
  wayOut: string;
}

function freshAddress(): string {
  const [a, b, c] = randomBytes(3);
  return `10.${a}.${b}.${c}`;
}

/** The first four groups of an IPv6 address that nobody else has. */
function freshNetwork(): string {
  const hex = randomBytes(6).toString('hex');
  return `2001:db8:${hex.slice(0, 4)}:1${hex.slice(4, 7)}`;
}

function from(address: string, key?: string, headers: object = {}): RequestInit {
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return { headers: { 'cf-connecting-ip': address, ...authorization, ...headers } };
}

const redeem = (address: string): RequestInit => ({ method: 'POST', ...from(address) });

function unknownKey({ id }: TestTenant): string {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz';
  const secret = [...randomBytes(39)].map((byte) => letters[byte % 32]).join('');
  return `sp_${id.slice(2)}_${secret}`;
}

/** Sends the same until it is refused. @returns how many were let through, and the refusal */
async function untilRefused(send: () => Promise<Response>, most: number) {
  for (let passed = 0; passed <= most; passed++) {
    const response = await send();
    if (response.status === 429) return { passed, response };
    await response.arrayBuffer();
  }
  throw new Error(`none of ${most} was refused`);
}

async function expectRefusal(response: Response, policy: string, limit: number): Promise<void> {
  const { headers } = response;
  const seconds = Number(headers.get('retry-after'));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(headers.get('ratelimit-policy')).toBe(`"${policy}";q=${limit};w=60`);
  expect(headers.get('ratelimit')).toBe(`"${policy}";r=0;t=${seconds}`);
  expect(headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as Problem;
  expect(body).toMatchObject({ type: '/problems/rate_limited', status: 429, code: 'rate_limited' });
  expect(body.wayOut).toContain(`${seconds} s`);
}

function anonymousTests(create: () => Promise<Plane>): void {
  test('refuses who asks too often without a credential, and nobody else', async () => {
    const plane = await create();
    const address = freshAddress();
    const ask = () => plane.request('/v1/links/redeem', redeem(address));
    const { passed, response } = await untilRefused(ask, 240);
    expect(passed).toBeGreaterThanOrEqual(120);
    await expectRefusal(response, 'anonymous', 120);
    const page = await plane.request(
      '/l/secret',
      from(address, undefined, { accept: 'text/html' }),
    );
    expect(page.status).toBe(429);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await page.text()).not.toContain('secret');
    const other = await plane.request('/v1/links/redeem', redeem(freshAddress()));
    expect(other.status).toBe(400);
    expect(other.headers.get('ratelimit-policy')).toBeNull();
  });

  test('counts the addresses of one /64 together', async () => {
    const plane = await create();
    const network = freshNetwork();
    let host = 0;
    const ask = () => plane.request('/setup/x', from(`${network}::${(++host).toString(16)}`));
    await untilRefused(ask, 240);
    expect((await plane.request('/setup/x', from(`${freshNetwork()}::1`))).status).toBe(410);
  });

  test('never refuses who asks whether it is well', async () => {
    const plane = await create();
    const address = freshAddress();
    await untilRefused(() => plane.request('/v1/links/redeem', redeem(address)), 240);
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/'])
      expect([path, (await plane.request(path, from(address))).status]).toEqual([path, 200]);
  });
}

function guessingTests(create: () => Promise<Plane>): void {
  test('answers who guesses keys with 429, and lets known keys through', async () => {
    const plane = await create();
    const [ours, fresh] = [await createTenant(plane), await createTenant(plane)];
    const read = (address: string, tenant: TestTenant, key: string) =>
      plane.request(tenant.path(''), from(address, key));
    expect((await read(freshAddress(), ours, ours.key)).status).toBe(200);
    const address = freshAddress();
    const guess = () => read(address, ours, unknownKey(ours));
    const { passed, response } = await untilRefused(guess, 60);
    expect(passed).toBeGreaterThanOrEqual(6);
    await expectRefusal(response, 'credential', 6);
    expect((await read(address, ours, ours.key)).status).toBe(200);
    expect((await plane.request('/v1/tenants', from(address, operatorKey))).status).toBe(200);
    // Nobody has seen this key yet, so it may as well be a guess.
    await untilRefused(() => read(address, fresh, unknownKey(fresh)), 3);
    expect((await read(address, fresh, fresh.key)).status).toBe(429);
    expect((await read(freshAddress(), fresh, fresh.key)).status).toBe(200);
    expect((await read(freshAddress(), ours, unknownKey(ours))).status).toBe(401);
  });

  test('counts guessed sessions in cookies, and forged tokens of agents', async () => {
    const plane = await create();
    const letters = 'a'.repeat(39);
    const cookie = { cookie: `__Host-sallyport=sps_${letters}` };
    const address = freshAddress();
    const ask = () => plane.request('/v1/me', from(address, undefined, cookie));
    await expectRefusal((await untilRefused(ask, 60)).response, 'credential', 6);
    const elsewhere = freshAddress();
    const forged = `ey${letters}.${letters}.${letters}`;
    const poll = () => plane.request('/v1/agent/state', from(elsewhere, forged));
    await expectRefusal((await untilRefused(poll, 60)).response, 'credential', 6);
  });
}

function tenantTests(create: () => Promise<Plane>): void {
  test('tells a tenant how its requests stand, and refuses what is above its quota', async () => {
    const plane = await create();
    const [tenant, other] = [await createTenant(plane), await createTenant(plane)];
    const replies: Reply[] = [];
    while (replies.at(-1)?.status !== 429 && replies.length < 80)
      replies.push(await tenant.api('GET', tenant.path('/users')));
    const [first, last] = [replies[0], replies.at(-1)];
    expect(replies.length).toBeGreaterThan(40);
    expect(first?.headers.get('ratelimit-policy')).toBe('"tenantApi";q=40;w=60');
    // Where several count, none of them knows how many are left.
    const remaining = first?.headers.get('ratelimit');
    if (remaining !== null) expect(remaining).toMatch(/^"tenantApi";r=39;t=\d+$/);
    expect(last?.status).toBe(429);
    expect(last?.body).toMatchObject({ code: 'rate_limited' });
    expect(last?.headers.get('ratelimit')).toMatch(/^"tenantApi";r=0;t=\d+$/);
    expect((await other.api('GET', other.path('/users'))).status).toBe(200);
  });

  test("does not let others use a tenant's quota up", async () => {
    const plane = await create();
    const [ours, theirs] = [await createTenant(plane), await createTenant(plane)];
    for (let i = 0; i < 60; i++) await ours.api('GET', theirs.path('/users'));
    expect((await theirs.api('GET', theirs.path('/users'))).status).toBe(200);
  });

  test('refuses an agent that asks all the time, and leaves the others of its tenant', async () => {
    const plane = await create();
    const tenant = await createTenant(plane);
    const busy = await enrolledGateway(plane, tenant);
    const quiet = await enrolledGateway(plane, tenant);
    const token = await busy.token();
    const poll = () => plane.request('/v1/agent/state?since=2', from(freshAddress(), token));
    const { passed, response } = await untilRefused(poll, 200);
    expect(passed).toBeGreaterThanOrEqual(100);
    await expectRefusal(response, 'agent', 100);
    expect((await quiet.api('GET', '/v1/agent/state')).status).toBe(200);
  });
}

export function rateContract(create: () => Promise<Plane>): void {
  describe('who asks too often', () => {
    anonymousTests(create);
    guessingTests(create);
    tenantTests(create);
  });
}
