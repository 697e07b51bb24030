// Many at once: however requests fall over each other, no more is made than may be.

import { describe, expect, test } from 'vitest';
import { createTenant } from '../contract/plane.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';
import { testRootKey } from '../edge.ts';
import { type Sqld, startSqld } from '../sqld.ts';

const quota = 10;
const requests = 200;

/** Sends them all at once, to one control plane after the other. */
async function race(planes: readonly [ControlPlane, ...ControlPlane[]]) {
  const tenant = await createTenant(planes[0]);
  const authorization = `Bearer ${tenant.key}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const path = tenant.path('/users');
  const started = performance.now();
  const statuses = await Promise.all(
    Array.from({ length: requests }, async (_, index) => {
      const body = JSON.stringify({ name: `User ${index}` });
      const plane = planes[index % planes.length] ?? planes[0];
      const reply = await plane.request(path, { method: 'POST', headers, body });
      const { code = 'made' }: { code?: string } = JSON.parse(await reply.text());
      return code;
    }),
  );
  const counts = Object.fromEntries(
    [...Map.groupBy(statuses, (code) => code)].map(([code, list]) => [code, list.length]),
  );
  const { body } = await tenant.api<{ items: object[] }>('GET', path);
  return { counts, users: body.items.length, milliseconds: performance.now() - started };
}

function expectExactly({ counts, users }: Awaited<ReturnType<typeof race>>): void {
  // The owner is one of them.
  expect(users).toBe(quota);
  expect(counts.made).toBe(quota - 1);
  const { made = 0, quota_reached: reached = 0, busy = 0 } = counts;
  expect(made + reached + busy).toBe(requests);
}

const quotas = { SALLYPORT_QUOTAS: `users=${quota}` };

describe(`of ${requests} users at once, a quota of ${quota} lets in ${quota}`, () => {
  test('in a file', async () => {
    const result = await race([await createControlPlane(quotas)]);
    expectExactly(result);
    expect(result.counts.busy ?? 0).toBe(0);
  });

  test('on a server, from one process and from two', async () => {
    const sqld: Sqld = await startSqld();
    try {
      const settings = { ...sqld.environment, ...quotas, SALLYPORT_ROOT_KEY: testRootKey };
      const [one, two] = [await createControlPlane(settings), await createControlPlane(settings)];
      for (const planes of [[one], [one, two]] as const) {
        const result = await race(planes);
        expectExactly(result);
      }
    } finally {
      await sqld.stop();
    }
  });
});
