import { asc } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { enqueueJob } from '../../src/db/queue.ts';
import { challenges, idempotencyKeys, jobs, sessions } from '../../src/db/schema/directory.ts';
import type { Handler } from '../../src/jobs/deps.ts';
import { isDirectoryDue, runDirectoryJobs } from '../../src/jobs/directory.ts';
import { pruneDirectory } from '../../src/jobs/handlers/prune-directory.ts';
import { sweep, tick } from '../../src/jobs/tick.ts';
import { limits } from '../../src/model/limits.ts';
import { noOrigin } from '../../src/model/origin.ts';
import { accountOf } from '../../src/operations/account/find.ts';
import { startSignIn } from '../../src/operations/account/start-sign-in.ts';
import { createSession } from '../../src/operations/session/create.ts';
import { createWorld, dayMilliseconds, type World } from './world.ts';

async function enqueue({ services: { directory }, clock }: World, id: string, kind = 'test') {
  const job = { id, kind, payload: {}, dueAt: clock.now, createdAt: clock.now };
  await directory.run(enqueueJob(directory, job));
}

async function all({ services: { directory } }: World) {
  const [rows] = await directory.run(directory.build.select().from(jobs).orderBy(asc(jobs.id)));
  return rows;
}

test("a tick runs the directory's own jobs, which know no tenant", async () => {
  const world = await createWorld();
  await enqueue(world, 'j1');
  const seen: unknown[] = [];
  const look: Handler = async (_payload, { tenantId, db, services }) => {
    seen.push(tenantId, db === services.directory);
    return 'done';
  };
  await tick(world.runner({ test: look }));
  expect(seen).toEqual([undefined, true]);
  expect(await all(world)).toEqual([]);
});

test('runners at once run each of them once', async () => {
  const world = await createWorld();
  for (const id of ['j1', 'j2', 'j3']) await enqueue(world, id);
  let runs = 0;
  const handler: Handler = async () => {
    runs++;
    return 'done';
  };
  const runner = world.runner({ test: handler });
  await Promise.all([1, 2, 3].map(() => runDirectoryJobs(runner)));
  expect(runs).toBe(3);
});

test('whether one is due is known without claiming it', async () => {
  const world = await createWorld();
  const runner = world.runner({});
  expect(await isDirectoryDue(runner)).toBe(false);
  await enqueue(world, 'j1');
  expect(await isDirectoryDue(runner)).toBe(true);
  world.clock.now -= 1;
  expect(await isDirectoryDue(runner)).toBe(false);
  expect(await all(world)).toMatchObject([{ attempts: 0 }]);
});

test('the sweep gives the directory its housekeeping, which repeats every day', async () => {
  const world = await createWorld();
  const runner = world.runner({ pruneDirectory });
  await sweep(runner);
  await sweep(runner);
  await runDirectoryJobs(runner);
  const dueAt = world.clock.now + dayMilliseconds;
  expect(await all(world)).toMatchObject([{ id: 'pruneDirectory', dueAt, attempts: 0 }]);
});

test('housekeeping deletes the long dead and answers nobody can ask for again', async () => {
  const world = await createWorld();
  const { directory } = world.services;
  for (const id of ['dead', 'waiting']) await enqueue(world, id, 'nobody-knows-me');
  await directory.run(directory.build.update(jobs).set({ dueAt: world.clock.now }));
  await runDirectoryJobs(world.runner({}));
  await enqueue(world, 'fresh', 'nobody-knows-me');
  const old = { hash: 'a', requestHash: 'b', answer: 'c', createdAt: world.clock.now };
  await directory.run(directory.build.insert(idempotencyKeys).values(old));
  world.clock.now += limits.deadJobKeptDays * dayMilliseconds;
  await runDirectoryJobs(world.runner({}));
  await enqueue(world, 'pruneDirectory', 'pruneDirectory');
  await runDirectoryJobs(world.runner({ pruneDirectory }));
  expect(await all(world)).toMatchObject([
    { id: 'fresh', status: 'dead' },
    { id: 'pruneDirectory', status: 'waiting' },
  ]);
  const [answers] = await directory.run(directory.build.select().from(idempotencyKeys));
  expect(answers).toEqual([]);
});

test('housekeeping deletes challenges and sessions that are over, and no others', async () => {
  const world = await createWorld();
  const { services } = world;
  const { directory } = services;
  const caller = { services, principal: { kind: 'anonymous' }, origin: noOrigin } as const;
  const { id: accountId } = await accountOf(services, 'ann@example.com');
  await createSession(caller, accountId, ['mail']);
  await startSignIn(caller, 'ann@example.com');
  world.clock.now += limits.sessionIdleMilliseconds;
  const { id: another } = await accountOf(services, 'bob@example.com');
  await createSession(caller, another, ['passkey']);
  const { challengeId } = await startSignIn(caller, 'ann@example.com');
  await enqueue(world, 'pruneDirectory', 'pruneDirectory');
  await runDirectoryJobs(world.runner({ pruneDirectory }));
  const [left, open] = await directory.run(
    directory.build.select().from(sessions),
    directory.build.select().from(challenges),
  );
  expect(left).toMatchObject([{ methods: ['passkey'] }]);
  expect(open).toMatchObject([{ id: challengeId }]);
});
