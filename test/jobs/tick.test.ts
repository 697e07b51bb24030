import { readdirSync, writeFileSync } from 'node:fs';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { jobWakeups, tenants } from '../../src/db/schema/directory.ts';
import { jobs } from '../../src/db/schema/tenant-outlets.ts';
import type { Handler } from '../../src/jobs/deps.ts';
import { sweep, tick } from '../../src/jobs/tick.ts';
import { standingJobKinds } from '../../src/model/job.ts';
import { limits } from '../../src/model/limits.ts';
import { createWorld, dayMilliseconds, enqueue, jobsOf, type World, wakeupsOf } from './world.ts';

/** A handler that counts its runs by tenant. */
function counting() {
  const runs = new Map<string | undefined, number>();
  const test: Handler = async (_payload, { tenantId }) => {
    runs.set(tenantId, (runs.get(tenantId) ?? 0) + 1);
    return 'done';
  };
  return { runs, handlers: { test } };
}

/** Tenants that the directory knows and whose databases nobody has made. */
async function addStrangers({ services: { directory } }: World, count: number, dueAt: number) {
  const ids = Array.from({ length: count }, (_, n) => `t_${String(n).padStart(16, '0')}`);
  const rows = ids.map((id) => ({ id, slug: id, name: id, createdAt: 0 }));
  const wakeups = ids.map((tenantId) => ({ tenantId, dueAt, turn: 0 }));
  await directory.run(
    directory.build.insert(tenants).values(rows),
    directory.build.insert(jobWakeups).values(wakeups),
  );
  return ids;
}

test('a tick over 1,000 tenants touches only the three that have something due', async () => {
  const world = await createWorld();
  const due = [await world.tenant(), await world.tenant(), await world.tenant()];
  await addStrangers(world, 997, world.clock.now + 1);
  for (const tenant of due) await enqueue(world, tenant, { id: 'j1' });
  const before = world.statements.length;
  const { runs, handlers } = counting();
  await tick(world.runner(handlers));
  expect([...runs.keys()].sort()).toEqual(due.map(({ id }) => id).sort());
  // Two in the directory, for the wake-ups and its own queue; for each tenant seven on its jobs,
  // of which two find nothing more to claim, and one on its wake-up.
  expect(world.statements.length - before).toBe(2 + 3 * 8);
  const files = readdirSync(`${world.data}/tenants`).filter((name) => name.endsWith('.db'));
  expect(files.sort()).toEqual(due.map(({ id }) => `${id}.db`).sort());
});

test('a tick with nothing due is two statements', async () => {
  const world = await createWorld();
  await world.tenant();
  const before = world.statements.length;
  await tick(world.runner({}));
  expect(world.statements.length - before).toBe(2);
});

test('two ticks at once run each job once', async () => {
  const world = await createWorld();
  const all = [];
  for (let n = 0; n < 6; n++) all.push(await world.tenant());
  for (const tenant of all) await enqueue(world, tenant, { id: 'j1' });
  const { runs, handlers } = counting();
  await Promise.all([tick(world.runner(handlers)), tick(world.runner(handlers))]);
  expect([...runs.values()]).toEqual(all.map(() => 1));
});

test('a tenant that fails does not stop the others, and is tried again after a while', async () => {
  const world = await createWorld();
  const { runs, handlers } = counting();
  const [broken = ''] = await addStrangers(world, 1, world.clock.now);
  writeFileSync(`${world.data}/tenants/${broken}.db`, 'this is no database'.repeat(300));
  const healthy = [await world.tenant(), await world.tenant()];
  for (const tenant of healthy) await enqueue(world, tenant, { id: 'j1' });
  await tick(world.runner(handlers));
  expect([...runs.keys()].sort()).toEqual(healthy.map(({ id }) => id).sort());
  const failures = () => world.logs.filter(({ message }) => message === 'jobs.unreachable');
  expect(failures()).toMatchObject([{ tenantId: broken, err: { code: 'not_migrated' } }]);
  await tick(world.runner(handlers));
  expect(failures()).toHaveLength(1);
  world.clock.now += limits.wakeupLeaseMilliseconds;
  await tick(world.runner(handlers));
  expect(failures()).toHaveLength(2);
});

test('a tick takes a bounded number of tenants, those that have waited for longest', async () => {
  const world = await createWorld();
  const first = await world.tenant();
  const second = await world.tenant();
  const third = await world.tenant();
  await enqueue(world, first, { id: 'j1', dueAt: world.clock.now - 1 });
  await enqueue(world, second, { id: 'j1', dueAt: world.clock.now - 3 });
  await enqueue(world, third, { id: 'j1', dueAt: world.clock.now - 2 });
  const { runs, handlers } = counting();
  await tick(world.runner(handlers, { wakeupsPerTick: 2 }));
  expect([...runs.keys()].sort()).toEqual([second.id, third.id].sort());
});

test('a tick begins no tenant once the process is stopping', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const { runs, handlers } = counting();
  await tick({ ...world.runner(handlers), stopping: AbortSignal.abort() });
  expect(runs.size).toBe(0);
});

test('a wake-up that was never written is made up for by the regular look', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const { directory } = world.services;
  const late = world.clock.now + limits.jobLookEveryMilliseconds;
  await directory.run(directory.build.update(jobWakeups).set({ dueAt: late }));
  const { runs, handlers } = counting();
  await tick(world.runner(handlers));
  expect(runs.size).toBe(0);
  world.clock.now = late;
  await tick(world.runner(handlers));
  expect([...runs.keys()]).toEqual([tenant.id]);
});

test('no tenant waits longer than that for its next look, whatever its jobs say', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1', dueAt: world.clock.now + 30 * dayMilliseconds });
  const first = (await wakeupsOf(world)).get(tenant.id) ?? 0;
  world.clock.now = first;
  await tick(world.runner({}));
  const next = (await wakeupsOf(world)).get(tenant.id) ?? 0;
  expect(first).toBeGreaterThan(0);
  expect(next - first).toBe(limits.jobLookEveryMilliseconds);
});

test('the sweep finds a tenant without a wake-up, and the next tick looks into it', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  const other = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const { directory } = world.services;
  const own = eq(jobWakeups.tenantId, tenant.id);
  await directory.run(directory.build.delete(jobWakeups).where(own));
  const { runs, handlers } = counting();
  await tick(world.runner(handlers));
  expect(runs.size).toBe(0);
  await sweep(world.runner(handlers));
  expect(world.logs).toEqual([{ tenants: 1, message: 'jobs.swept' }]);
  await tick(world.runner(handlers));
  expect([...runs.keys()]).toEqual([tenant.id]);
  expect(await jobsOf(other)).toEqual([]);
});

test('the sweep gives a tenant of the time before jobs its first prune', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  const { directory } = world.services;
  await directory.run(directory.build.delete(jobWakeups));
  await tenant.db.run(tenant.db.build.delete(jobs));
  let pruned = 0;
  const prune: Handler = async () => {
    pruned++;
    return { repeatAt: world.clock.now + dayMilliseconds };
  };
  const runner = world.runner({ prune });
  await sweep(runner);
  await tick(runner);
  expect(pruned).toBe(1);
  world.clock.now += dayMilliseconds;
  await tick(runner);
  expect(pruned).toBe(2);
});

test('a new tenant has its standing jobs and its wake-up from the start', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  const [rows] = await tenant.db.run(tenant.db.build.select().from(jobs));
  expect(rows).toMatchObject(
    standingJobKinds.map((kind) => ({ id: kind, kind, status: 'waiting', attempts: 0 })),
  );
  const look = world.clock.now + limits.jobLookEveryMilliseconds;
  expect(await wakeupsOf(world)).toEqual(new Map([[tenant.id, look]]));
});

test('a sweep opens no tenant and is bounded', async () => {
  const world = await createWorld();
  await addStrangers(world, 30, 0);
  const { directory } = world.services;
  await directory.run(directory.build.delete(jobWakeups));
  const runner = world.runner({}, { tenantsPerSweep: 12 });
  const found: number[] = [];
  for (let n = 0; n < 4; n++) {
    await sweep(runner);
    found.push((await wakeupsOf(world)).size);
  }
  expect(found).toEqual([12, 24, 30, 30]);
  expect(readdirSync(`${world.data}/tenants`)).toEqual([]);
});
