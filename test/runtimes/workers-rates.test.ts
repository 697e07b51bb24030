// Counting at the edge: the platform's answer and our own together.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type RatePolicyName, ratePolicies } from '../../src/model/rate-policy.ts';
import {
  createEdgeRates,
  type RateBindings,
  rateBindingNames,
  rateBindingsSchema,
} from '../../src/runtimes/workers-rates.ts';

/** A platform that counts as its own does, by keys, without ever beginning anew. */
function platform(limits: Partial<Record<keyof RateBindings, number>> = {}) {
  const counted = new Map<string, number>();
  const bindings = rateBindingsSchema.parse(
    Object.fromEntries(
      rateBindingNames.map((name) => [
        name,
        {
          async limit({ key }: { key: string }) {
            const count = (counted.get(key) ?? 0) + 1;
            counted.set(key, count);
            return { success: count <= (limits[name] ?? Number.POSITIVE_INFINITY) };
          },
        },
      ]),
    ),
  );
  return { bindings, counted };
}

const clock = { now: 1_800_000_000_000 };
const now = () => clock.now;

test('allows what both allow, and does not say how many are left', async () => {
  const { bindings } = platform();
  const rates = createEdgeRates(bindings, {}, now, () => undefined);
  const { limit } = ratePolicies.credential;
  for (let i = 0; i < limit; i++)
    expect(await rates.take('credential', 'a')).toMatchObject({
      allowed: true,
      remaining: undefined,
    });
  expect(await rates.take('credential', 'a')).toMatchObject({ allowed: false, remaining: 0 });
  expect(rates.refusal('credential', 'a')).toMatchObject({ allowed: false });
});

test('refuses what the platform refuses, and knows it from then on', async () => {
  const { bindings, counted } = platform({ RATE_CREDENTIAL: 2 });
  const rates = createEdgeRates(bindings, {}, now, () => undefined);
  const take = () => rates.take('credential', 'b');
  expect([(await take()).allowed, (await take()).allowed]).toEqual([true, true]);
  expect(await take()).toMatchObject({ allowed: false, remaining: 0, resetSeconds: 60 });
  expect(rates.refusal('credential', 'b')).toMatchObject({ allowed: false });
  await take();
  expect(counted.get('b')).toBe(3);
});

test("keeps a tenant's lower quota, which the platform does not know", async () => {
  const { bindings } = platform();
  const rates = createEdgeRates(bindings, {}, now, () => undefined);
  for (let i = 0; i < 10; i++) await rates.take('tenantApi', 't', 10);
  expect(await rates.take('tenantApi', 't', 10)).toMatchObject({ allowed: false, limit: 10 });
});

test("spreads a tenant's higher quota over several keys of the platform", async () => {
  const { bindings, counted } = platform({ RATE_TENANT_API: 3000 });
  const rates = createEdgeRates(bindings, {}, now, () => undefined);
  let passed = 0;
  for (let i = 0; i < 7501; i++) if ((await rates.take('tenantApi', 't', 7500)).allowed) passed++;
  expect(passed).toBe(7500);
  expect(counted.size).toBe(3);
});

test('lets in, and says so, when the platform does not count', async () => {
  const { bindings } = platform();
  const away = { limit: () => Promise.reject(new Error('reset')) };
  const warnings: unknown[] = [];
  const broken = { ...bindings, RATE_AGENT: away };
  const rates = createEdgeRates(broken, { agent: 2 }, now, (error) => warnings.push(error));
  expect((await rates.take('agent', 'g')).allowed).toBe(true);
  expect((await rates.take('agent', 'g')).allowed).toBe(true);
  expect((await rates.take('agent', 'g')).allowed).toBe(false);
  expect(warnings).toHaveLength(2);
});

test('wrangler.toml has the limits of the policies, each counted apart', () => {
  const text = readFileSync('wrangler.toml', 'utf8');
  const parts = [
    String.raw`\[\[ratelimits\]\]`,
    String.raw`name = "(\w+)"`,
    String.raw`namespace_id = "(\d+)"`,
    String.raw`simple = \{ limit = (\d+), period = (\d+) \}`,
  ];
  const pattern = new RegExp(parts.join('\n'), 'g');
  const found = [...text.matchAll(pattern)];
  const policyOf = (name: string) =>
    name
      .replace('RATE_', '')
      .toLowerCase()
      .replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const bound = Object.fromEntries(
    found.map(([, name = '', , limit, seconds]) => [
      policyOf(name),
      [Number(limit), Number(seconds)],
    ]),
  );
  const policies = Object.entries(ratePolicies).map(
    ([name, { limit, seconds }]: [string, (typeof ratePolicies)[RatePolicyName]]) => [
      name,
      [limit, seconds],
    ],
  );
  expect(bound).toEqual(Object.fromEntries(policies));
  expect(new Set(found.map(([, , id]) => id)).size).toBe(found.length);
});
