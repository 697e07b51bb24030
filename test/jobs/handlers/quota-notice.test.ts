import { expect, test } from 'vitest';
import { quotaNotices, usage } from '../../../src/db/schema/tenant.ts';
import { mails } from '../../../src/db/schema/tenant-outlets.ts';
import { users } from '../../../src/db/schema/tenant-people.ts';
import { quotaNotice } from '../../../src/jobs/handlers/quota-notice.ts';
import { runTenantJobs } from '../../../src/jobs/tenant.ts';
import { noOrigin } from '../../../src/model/origin.ts';
import { monthOf } from '../../../src/model/quota.ts';
import { noticeBytes } from '../../../src/operations/quota/bytes.ts';
import { setQuotas } from '../../../src/operations/quota/set.ts';
import { enterTenant } from '../../../src/operations/scope.ts';
import { createUser } from '../../../src/operations/user/create.ts';
import { createWorld, dayMilliseconds, type World } from '../world.ts';

/** A tenant with five users at most and an owner who has an address. */
async function prepared(world: World) {
  const tenant = await world.tenant();
  const { services } = world;
  const caller = { services, origin: noOrigin, principal: { kind: 'operator' as const } };
  const scope = await enterTenant(caller, 'quota.set', tenant.id);
  await setQuotas(scope, { users: 5 });
  await tenant.db.run(tenant.db.build.update(users).set({ email: 'owner@example.com' }));
  return { ...tenant, scope: { ...scope, role: 'owner' as const } };
}

type Prepared = Awaited<ReturnType<typeof prepared>>;

async function addUsers({ scope }: Prepared, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await createUser(scope, { name: 'x', role: 'member' });
}

/** Runs what is due and gives the subjects of all mails so far. */
async function subjects(world: World, { id, db }: Prepared): Promise<string[]> {
  await runTenantJobs(world.runner({ 'quota.notice': quotaNotice, mail: async () => 'done' }), id);
  const [sent] = await db.run(db.build.select().from(mails));
  expect(sent.every(({ recipient }) => recipient === 'owner@example.com')).toBe(true);
  return sent.map(({ subject }) => subject).sort();
}

const near = 'The quota "users" is nearly used up';
const full = 'The quota "users" is used up';

test('owners are told at 80 % and at 100 %', async () => {
  const world = await createWorld();
  const tenant = await prepared(world);
  await addUsers(tenant, 2);
  expect(await subjects(world, tenant)).toEqual([]);
  await addUsers(tenant, 1);
  expect(await subjects(world, tenant)).toEqual([near]);
  await addUsers(tenant, 1);
  expect(await subjects(world, tenant)).toEqual([near, full]);
});

test('the same is said once in a month, however often it is reached', async () => {
  const world = await createWorld();
  const tenant = await prepared(world);
  await setQuotas(tenant.scope, { users: 2 });
  await addUsers(tenant, 1);
  expect(await subjects(world, tenant)).toEqual([full]);
  await setQuotas(tenant.scope, { users: 3 });
  await addUsers(tenant, 1);
  expect(await subjects(world, tenant)).toEqual([full]);
  world.clock.now += 31 * dayMilliseconds;
  await setQuotas(tenant.scope, { users: 4 });
  await addUsers(tenant, 1);
  expect(await subjects(world, tenant)).toEqual([full, full]);
  const { build } = tenant.db;
  const [markers] = await tenant.db.run(build.select().from(quotaNotices));
  expect(markers.map(({ period }) => period)).toEqual(['2027-01', '2027-02']);
});

test('bytes are said by the report that crosses the limit, and by no later one', async () => {
  const world = await createWorld();
  const tenant = await prepared(world);
  const { db, scope } = tenant;
  await setQuotas(scope, { bytesPerMonth: 1000 });
  const set = [{ name: 'bytesPerMonth' as const, most: 1000 }];
  const report = async (value: number) => {
    const key = monthOf(world.clock.now);
    await db.run(
      db.build
        .insert(usage)
        .values({ name: 'bytesPerMonth', key, value })
        .onConflictDoUpdate({ target: [usage.name, usage.key], set: { value } }),
    );
    await noticeBytes(scope, set, ['d_0000000000000000']);
    return subjects(world, tenant);
  };
  expect(await report(799)).toEqual([]);
  const nearly = 'The quota "bytesPerMonth" is nearly used up';
  expect(await report(800)).toEqual([nearly]);
  expect(await report(900)).toEqual([nearly]);
  expect(await report(2000)).toEqual([nearly, 'The quota "bytesPerMonth" is used up']);
  const statements = world.statements.length;
  await noticeBytes(scope, [], ['d_0000000000000000']);
  expect(world.statements.length).toBe(statements);
});
