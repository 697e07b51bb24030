import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { jobs } from '../../src/db/schema/tenant-outlets.ts';
import type { Handler } from '../../src/jobs/deps.ts';
import { handlers } from '../../src/jobs/handlers.ts';
import { runTenantJobs } from '../../src/jobs/tenant.ts';
import { directoryJobKinds, standingJobKinds } from '../../src/model/job.ts';
import { limits } from '../../src/model/limits.ts';
import { createWorld, enqueue, jobsOf, plansOf, wakeupsOf } from './world.ts';

const unknownTenant = 't_0000000000000000';

test('a message delivered twice, at once and again, runs the job once', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  let runs = 0;
  const handler: Handler = async () => {
    runs++;
    return 'done';
  };
  const runner = world.runner({ test: handler });
  await Promise.all([1, 2, 3].map(() => runTenantJobs(runner, tenant.id)));
  await runTenantJobs(runner, tenant.id);
  expect(runs).toBe(1);
  expect(await jobsOf(tenant)).toEqual([]);
  const latest = world.clock.now + limits.jobLookEveryMilliseconds;
  expect((await wakeupsOf(world)).get(tenant.id)).toBeLessThanOrEqual(latest);
});

test('a message about a tenant that is gone does nothing', async () => {
  const world = await createWorld();
  await runTenantJobs(world.runner({}), unknownTenant);
  expect(await wakeupsOf(world)).toEqual(new Map());
  expect(world.logs).toEqual([]);
});

test('a message before its time leaves the job and the wake-up where they were', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1', dueAt: world.clock.now + 900 });
  const before = await jobsOf(tenant);
  await runTenantJobs(world.runner({ test: async () => 'done' }), tenant.id);
  expect(await jobsOf(tenant)).toEqual(before);
  expect((await wakeupsOf(world)).get(tenant.id)).toBe(world.clock.now + 900);
});

test('a look runs a bounded number of jobs and leaves the rest to the next', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  for (let n = 0; n < limits.jobsPerLook + 3; n++) await enqueue(world, tenant, { id: `j${n}` });
  const runner = world.runner({ test: async () => 'done' });
  await runTenantJobs(runner, tenant.id);
  expect(await jobsOf(tenant)).toHaveLength(3);
  expect((await wakeupsOf(world)).get(tenant.id)).toBe(world.clock.now);
  await runTenantJobs(runner, tenant.id);
  expect(await jobsOf(tenant)).toEqual([]);
});

test('a look begins no more jobs when its time is over', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  for (const id of ['j1', 'j2', 'j3']) await enqueue(world, tenant, { id });
  const slow: Handler = async () => {
    world.clock.now += limits.jobLookMilliseconds - 1;
    return 'done';
  };
  await runTenantJobs(world.runner({ test: slow }, { jobsAtOnce: 1 }), tenant.id);
  expect(await jobsOf(tenant)).toHaveLength(1);
});

test('a job that waits for the world outside does not hold up the next', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  for (const id of ['slow', 'quick']) await enqueue(world, tenant, { id, kind: id });
  const { promise: quickIsDone, resolve: quickEnds } = Promise.withResolvers<void>();
  const slow: Handler = async () => {
    await quickIsDone;
    return 'done';
  };
  const quick: Handler = async () => {
    quickEnds();
    return 'done';
  };
  await runTenantJobs(world.runner({ slow, quick }), tenant.id);
  expect(await jobsOf(tenant)).toEqual([]);
});

test('a look has a bounded number of jobs under way', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  for (let n = 0; n < 9; n++) await enqueue(world, tenant, { id: `j${n}` });
  let running = 0;
  let most = 0;
  const handler: Handler = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return 'done';
  };
  await runTenantJobs(world.runner({ test: handler }), tenant.id);
  expect(most).toBe(limits.jobsAtOnce);
  expect(await jobsOf(tenant)).toEqual([]);
});

test('a job whose lease ran out while it ran is done once, whoever ends first', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const late = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  let runs = 0;
  const handler: Handler = async () => {
    if (++runs > 1) return { repeatAt: world.clock.now + 5 };
    began.resolve();
    await late.promise;
    return 'done';
  };
  const runner = world.runner({ test: handler });
  const first = runTenantJobs(runner, tenant.id);
  await began.promise;
  world.clock.now += limits.jobLeaseMilliseconds;
  await runTenantJobs(runner, tenant.id);
  const [repeated] = await jobsOf(tenant);
  expect(repeated).toMatchObject({ dueAt: world.clock.now + 5, attempts: 0 });
  late.resolve();
  await first;
  expect(await jobsOf(tenant)).toEqual([repeated]);
  expect(runs).toBe(2);
});

test('a look begins nothing once the process is stopping', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const runner = world.runner({ test: async () => 'done' });
  await runTenantJobs({ ...runner, stopping: AbortSignal.abort() }, tenant.id);
  expect(await jobsOf(tenant)).toMatchObject([{ id: 'j1', attempts: 0 }]);
});

test('a tenant of the time before jobs gets its standing jobs, which run at once', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await tenant.db.run(tenant.db.build.delete(jobs));
  const seen: string[] = [];
  const prune: Handler = async () => {
    seen.push('prune');
    return { repeatAt: world.clock.now + 77 };
  };
  await runTenantJobs(world.runner({ prune }), tenant.id);
  expect(seen).toEqual(['prune']);
  expect((await wakeupsOf(world)).get(tenant.id)).toBe(world.clock.now + 77);
});

test('every standing kind has a handler', () => {
  const standing = [...standingJobKinds, ...directoryJobKinds];
  expect([...handlers.keys()]).toEqual(expect.arrayContaining(standing));
});

test('a job enqueued while the tenant was looked into is not forgotten', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const handler: Handler = async () => {
    await enqueue(world, tenant, { id: 'j2', dueAt: world.clock.now + 5 });
    return 'done';
  };
  await runTenantJobs(world.runner({ test: handler }), tenant.id);
  expect(await jobsOf(tenant)).toMatchObject([{ id: 'j2' }]);
  expect((await wakeupsOf(world)).get(tenant.id)).toBe(world.clock.now + 5);
});

test('the statements of a look read indexes, however many jobs there are', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const before = world.statements.length;
  await runTenantJobs(world.runner({ test: async () => 'done' }), tenant.id);
  const own = world.statements.slice(before).filter(({ sql }) => sql.includes('"jobs"'));
  const plans = await plansOf(`${world.data}/tenants/${tenant.id}.db`, own);
  expect(plans.filter((plan) => /jobs_due/.test(plan))).not.toEqual([]);
  // A tenant has a few webhooks and one syslog server.
  const scans = plans.filter((plan) => /^SCAN (?!.*CONSTANT ROW|webhooks|syslog)/.test(plan));
  expect(scans).toEqual([]);
  const [left] = await tenant.db.run(tenant.db.build.select().from(jobs).where(eq(jobs.id, 'j1')));
  expect(left).toEqual([]);
});
