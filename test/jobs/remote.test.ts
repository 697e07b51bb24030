// The same jobs with databases on a server.

import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobs } from '../../src/db/schema/tenant-outlets.ts';
import type { Handler } from '../../src/jobs/deps.ts';
import { prune } from '../../src/jobs/handlers/prune.ts';
import { runTenantJobs } from '../../src/jobs/tenant.ts';
import { sweep, tick } from '../../src/jobs/tick.ts';
import { limits } from '../../src/model/limits.ts';
import { type Sqld, startSqld } from '../sqld.ts';
import { createWorld, dayMilliseconds, enqueue, jobsOf, wakeupsOf } from './world.ts';

let sqld: Sqld;
beforeAll(async () => {
  sqld = await startSqld();
});
afterAll(() => sqld.stop());

test('runners at once on a server run each job once', async () => {
  const world = await createWorld(sqld.environment);
  const tenant = await world.tenant();
  const ids = Array.from({ length: 12 }, (_, n) => `j${n}`);
  for (const id of ids) await enqueue(world, tenant, { id });
  let runs = 0;
  const handler: Handler = async () => {
    runs++;
    return 'done';
  };
  const runner = world.runner({ test: handler });
  await Promise.all([1, 2, 3, 4].map(() => runTenantJobs(runner, tenant.id)));
  expect(runs).toBe(ids.length);
  expect(await jobsOf(tenant)).toEqual([]);
});

test('sweep, tick and prune work on a server', async () => {
  const world = await createWorld(sqld.environment);
  const tenant = await world.tenant();
  const due = tenant.db.build.update(jobs).set({ dueAt: world.clock.now });
  await tenant.db.run(due.where(eq(jobs.id, 'prune')));
  const runner = world.runner({ prune });
  world.clock.now = (await wakeupsOf(world)).get(tenant.id) ?? 0;
  await sweep(runner);
  await tick(runner);
  const [rows] = await tenant.db.run(
    tenant.db.build.select().from(jobs).where(eq(jobs.id, 'prune')),
  );
  const tomorrow = world.clock.now + dayMilliseconds;
  expect(rows).toMatchObject([{ dueAt: tomorrow, attempts: 0, lastError: null }]);
});

test('an answer lost on the way costs a delay and no job', async () => {
  const world = await createWorld(sqld.environment);
  const tenant = await world.tenant();
  for (const id of ['j1', 'j2']) await enqueue(world, tenant, { id });
  let runs = 0;
  const cutting: Handler = async () => {
    if (++runs === 1) sqld.mishap = 'cut once';
    return 'done';
  };
  // One at a time, so that it is the outcome of the first whose answer is lost.
  const runner = world.runner({ test: cutting }, { jobsAtOnce: 1 });
  await expect(runTenantJobs(runner, tenant.id)).rejects.toMatchObject({ code: 'busy' });
  expect(await jobsOf(tenant)).toHaveLength(1);
  world.clock.now += limits.wakeupLeaseMilliseconds;
  await tick(runner);
  expect(runs).toBe(2);
  expect(await jobsOf(tenant)).toEqual([]);
});

test('a server that is away loses no job and is asked again', async () => {
  const world = await createWorld(sqld.environment);
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const runner = world.runner({ test: async () => 'done' });
  sqld.mishap = 'away';
  await expect(tick(runner)).rejects.toMatchObject({ code: 'busy' });
  sqld.mishap = 'none';
  await tick(runner);
  expect(await jobsOf(tenant)).toEqual([]);
});
