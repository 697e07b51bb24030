import { expect, test, vi } from 'vitest';
import { jobs } from '../../src/db/schema/tenant-outlets.ts';
import type { Handler } from '../../src/jobs/deps.ts';
import { retryDelay } from '../../src/jobs/run.ts';
import { runTenantJobs } from '../../src/jobs/tenant.ts';
import { SallyportError } from '../../src/model/errors.ts';
import { limits } from '../../src/model/limits.ts';
import { createWorld, enqueue, jobsOf, type World } from './world.ts';

function lines({ logs }: World) {
  return logs.filter(({ message }) => message.startsWith('job.'));
}

const failing: Handler = async () => {
  throw new Error('no answer');
};

test('a job that is done is gone, with a line in the log that holds no payload', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const slow: Handler = async () => {
    world.clock.now += 40;
    return 'done';
  };
  await runTenantJobs(world.runner({ test: slow }), tenant.id);
  expect(await jobsOf(tenant)).toEqual([]);
  expect(lines(world)).toEqual([
    {
      kind: 'test',
      jobId: 'j1',
      tenantId: tenant.id,
      attempts: 1,
      milliseconds: 40,
      message: 'job.done',
    },
  ]);
});

test('a handler gets its payload, its tenant and the clock', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  await tenant.db.run(tenant.db.build.update(jobs).set({ payload: '{"to":"x"}' }));
  const seen: unknown[] = [];
  const look: Handler = async (payload, { tenantId, db, now }) => {
    seen.push(payload, tenantId, db === tenant.db, now());
    return 'done';
  };
  await runTenantJobs(world.runner({ test: look }), tenant.id);
  expect(seen).toEqual([{ to: 'x' }, tenant.id, true, world.clock.now]);
});

test('a job that fails waits four times longer each time, and then is dead but kept', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const runner = world.runner({ test: failing });
  const waits: number[] = [];
  for (let attempt = 1; attempt < limits.jobAttempts; attempt++) {
    await runTenantJobs(runner, tenant.id);
    const [job] = await jobsOf(tenant);
    expect(job).toMatchObject({ status: 'waiting', attempts: attempt, lastError: 'no answer' });
    const dueAt = job?.dueAt ?? 0;
    waits.push((dueAt - world.clock.now) / 1000);
    world.clock.now = dueAt - 1;
    await runTenantJobs(runner, tenant.id);
    expect(await jobsOf(tenant)).toEqual([job]);
    world.clock.now = dueAt;
  }
  expect(waits).toEqual([15, 60, 240, 960, 3840, 15_360, 21_600, 21_600, 21_600, 21_600]);
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(24 * 3600);
  await runTenantJobs(runner, tenant.id);
  const dead = await jobsOf(tenant);
  expect(dead).toMatchObject([{ status: 'dead', attempts: 11, lastError: 'no answer' }]);
  world.clock.now += 1e9;
  await runTenantJobs(runner, tenant.id);
  expect(await jobsOf(tenant)).toEqual(dead);
  expect(lines(world).map(({ message, attempts }) => [message, attempts])).toEqual([
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((attempt) => ['job.failed', attempt]),
    ['job.dead', 11],
  ]);
});

test('a retry never waits longer than the longest pause', () => {
  expect(retryDelay(30, limits)).toBe(limits.jobRetryMostMilliseconds);
});

test('a job whose runners all crashed is given up without running it once more', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  await tenant.db.run(tenant.db.build.update(jobs).set({ attempts: limits.jobAttempts }));
  const handler = vi.fn<Handler>(async () => 'done');
  await runTenantJobs(world.runner({ test: handler }), tenant.id);
  expect(handler).not.toHaveBeenCalled();
  expect(await jobsOf(tenant)).toMatchObject([
    { status: 'dead', lastError: 'it was begun 11 times and never ended' },
  ]);
});

test.each(['nobody-knows-me', 'constructor'])('a job of unknown kind %s is dead', async (kind) => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1', kind });
  await enqueue(world, tenant, { id: 'j2' });
  await runTenantJobs(world.runner({ test: async () => 'done' }), tenant.id);
  expect(await jobsOf(tenant)).toMatchObject([
    { id: 'j1', status: 'dead', lastError: `this version knows no job of kind "${kind}"` },
  ]);
  expect(
    lines(world)
      .map(({ message }) => message)
      .sort(),
  ).toEqual(['job.dead', 'job.done']);
});

test.each([
  ['forbidden', 'dead'],
  ['busy', 'waiting'],
] as const)('an error of code %s leaves the job %s', async (code, status) => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const handler: Handler = async () => {
    throw new SallyportError(code, 'The reason.');
  };
  await runTenantJobs(world.runner({ test: handler }), tenant.id);
  expect(await jobsOf(tenant)).toMatchObject([{ status, attempts: 1, lastError: 'The reason.' }]);
});

test('a damaged payload is a failure of its job and of no other', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  await tenant.db.run(tenant.db.build.update(jobs).set({ payload: 'oops' }));
  await enqueue(world, tenant, { id: 'j2' });
  await runTenantJobs(world.runner({ test: async () => 'done' }), tenant.id);
  expect(await jobsOf(tenant)).toMatchObject([{ id: 'j1', status: 'waiting', attempts: 1 }]);
});

test('a job that takes too long is told so, and failed even when it does not listen', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  let told: AbortSignal | undefined;
  const deaf: Handler = (_payload, { signal }) => {
    told = signal;
    return new Promise(() => undefined);
  };
  await runTenantJobs(world.runner({ test: deaf }, { jobMilliseconds: 5 }), tenant.id);
  expect(told?.aborted).toBe(true);
  expect(await jobsOf(tenant)).toMatchObject([{ lastError: 'it took longer than 5 ms' }]);
});

test('an error is cut to what a row may hold', async () => {
  const world = await createWorld();
  const tenant = await world.tenant();
  await enqueue(world, tenant, { id: 'j1' });
  const verbose: Handler = () => Promise.reject(new Error('x'.repeat(9999)));
  await runTenantJobs(world.runner({ test: verbose }), tenant.id);
  const [job] = await jobsOf(tenant);
  expect(job?.lastError).toHaveLength(limits.jobErrorLength);
});
