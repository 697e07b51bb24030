import { existsSync, readdirSync } from 'node:fs';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import {
  accounts,
  jobs as directoryJobs,
  memberships,
  tenants,
} from '../../../src/db/schema/directory.ts';
import { gateways, tenant as tenantTable } from '../../../src/db/schema/tenant.ts';
import { jobs } from '../../../src/db/schema/tenant-outlets.ts';
import { drop } from '../../../src/jobs/handlers/drop.ts';
import { dropDatabase } from '../../../src/jobs/handlers/drop-database.ts';
import { mirror } from '../../../src/jobs/handlers/mirror.ts';
import { runTenantJobs } from '../../../src/jobs/tenant.ts';
import { noOrigin } from '../../../src/model/origin.ts';
import { enterTenant } from '../../../src/operations/scope.ts';
import { createTenant } from '../../../src/operations/tenant/create.ts';
import { deleteTenant } from '../../../src/operations/tenant/delete.ts';
import { createWorld, dayMilliseconds, depsOf, type World } from '../world.ts';

const week = 7 * dayMilliseconds;

async function directoryOf({ services: { directory } }: World) {
  const [rows, members, waiting] = await directory.run(
    directory.build.select().from(tenants),
    directory.build.select().from(memberships),
    directory.build.select().from(directoryJobs),
  );
  return { tenants: rows.map(({ id, status }) => ({ id, status })), members, waiting };
}

/** A tenant with a gateway and a member, which its operator has deleted. */
async function deleted(world: World) {
  const { services } = world;
  const { directory } = services;
  const tenant = await world.tenant();
  const account = { id: 'a_1', email: 'ann@example.com', name: 'Ann', createdAt: 0 };
  const membership = { accountId: 'a_1', tenantId: tenant.id, userId: 'u_1', createdAt: 0 };
  await directory.run(
    directory.build.insert(accounts).values(account),
    directory.build.insert(memberships).values(membership),
  );
  const caller = { services, origin: noOrigin, principal: { kind: 'operator' as const } };
  await deleteTenant(await enterTenant(caller, 'tenant.delete', tenant.id));
  return { ...tenant, file: `${world.data}/tenants/${tenant.id}.db` };
}

function runnerOf(world: World) {
  return world.runner({ 'tenant.drop': drop, 'tenant.mirror': mirror });
}

/** Runs what the directory's queue holds, as often as it may be delivered. */
async function dropDatabases(world: World): Promise<void> {
  const { waiting } = await directoryOf(world);
  for (const { payload } of waiting)
    for (let twice = 0; twice < 2; twice++)
      await dropDatabase(
        JSON.parse(payload),
        depsOf(world, { id: undefined, db: world.services.directory }),
      );
}

test('a deleted tenant stays until its day, then nothing of it is left', async () => {
  const world = await createWorld();
  const stranger = await world.tenant();
  const tenant = await deleted(world);
  const { hub } = world.services;
  const name = { tenantId: tenant.id, gatewayId: 'gw_1' };
  await tenant.db.run(
    tenant.db.build.insert(gateways).values({
      ...{ id: 'gw_1', name: 'g', endpointHost: 'h', endpointPort: 1, listenPort: 1 },
      ...{ pool4: '10.0.0.0/24', pool6: 'fd00::/64', routes: [], dns: [], mtu: 1420 },
      ...{ isolateClients: false, enrollmentHash: 'x', enrollmentExpiresAt: 0, highestHost: 1 },
      ...{ peerCount: 0, peerDigest: '', sectionsRevision: 1, revision: 1, createdAt: 0 },
      createdRevision: 1,
    }),
  );
  await hub.remember(name, { revision: 1, identityKey: 'key' });

  world.clock.now += week - 1;
  await runTenantJobs(runnerOf(world), tenant.id);
  expect((await directoryOf(world)).members).toHaveLength(1);

  world.clock.now += 1;
  await runTenantJobs(runnerOf(world), tenant.id);
  expect(await directoryOf(world)).toMatchObject({
    tenants: [{ id: stranger.id, status: 'active' }],
    members: [],
    waiting: [{ kind: 'tenant.dropDatabase', payload: JSON.stringify({ tenantId: tenant.id }) }],
  });
  expect(await hub.recall(name)).toBeUndefined();
  expect(existsSync(tenant.file)).toBe(true);
  await dropDatabases(world);
  expect(existsSync(tenant.file)).toBe(false);
  expect(await world.services.tenants.open(tenant.id)).toBeUndefined();
  await expect(tenant.db.run(tenant.db.build.select().from(jobs))).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(existsSync(tenant.file)).toBe(false);
});

test('a crash before or after the batch in the directory leaves the rest to be done', async () => {
  const world = await createWorld();
  const tenant = await deleted(world);
  world.clock.now += week;
  const { services } = world;
  const deps = depsOf(world, tenant);
  const down = async () => Promise.reject(new Error('the power failed'));
  const cut = { ...services, directory: { ...services.directory, run: down } };
  await expect(drop({}, { ...deps, services: cut })).rejects.toThrow('the power failed');
  expect((await directoryOf(world)).tenants).toHaveLength(1);
  const deaf = { ...services, hub: { ...services.hub, forget: down } };
  await drop({}, { ...deps, services: deaf }).catch(() => undefined);
  expect(await directoryOf(world)).toMatchObject({ tenants: [], waiting: [{}] });
  // The lease ends, and whoever knew the database runs the job again.
  expect(await drop({}, deps)).toBe('done');
  await dropDatabases(world);
  expect(existsSync(tenant.file)).toBe(false);
});

test('a tenant that was restored meanwhile is left alone', async () => {
  const world = await createWorld();
  const tenant = await deleted(world);
  await tenant.db.run(
    tenant.db.build.update(tenantTable).set({ status: 'active', deleteAt: null }),
  );
  world.clock.now += week;
  await runTenantJobs(runnerOf(world), tenant.id);
  expect(await directoryOf(world)).toMatchObject({
    tenants: [{ id: tenant.id, status: 'active' }],
    waiting: [],
  });
  expect(existsSync(tenant.file)).toBe(true);
});

test('the daily mirror heals what differs, and gives a dead removal another chance', async () => {
  const world = await createWorld();
  const tenant = await deleted(world);
  const { directory } = world.services;
  const { build } = tenant.db;
  await directory.run(directory.build.update(tenants).set({ status: 'active', name: 'old' }));
  await tenant.db.run(
    build.update(jobs).set({ status: 'dead' }).where(eq(jobs.id, 'tenant.drop')),
    build.update(jobs).set({ dueAt: world.clock.now }).where(eq(jobs.id, 'tenant.mirror')),
  );
  await runTenantJobs(runnerOf(world), tenant.id);
  const [[row]] = await directory.run(directory.build.select().from(tenants));
  expect(row).toMatchObject({ status: 'deleting' });
  expect(row?.name).not.toBe('old');
  const [left] = await tenant.db.run(build.select().from(jobs).where(eq(jobs.id, 'tenant.drop')));
  expect(left).toMatchObject([{ status: 'waiting', dueAt: world.clock.now + week }]);
});

test('a database whose making was cut short is removed, and a tenant is not', async () => {
  const world = await createWorld();
  await world.tenant();
  const { services, data } = world;
  const { directory } = services;
  expect((await directoryOf(world)).waiting).toEqual([]);
  // The process dies before the batch that would have made it a tenant.
  const run = (...queries: Parameters<typeof directory.run>) =>
    queries.length > 2 ? Promise.reject(new Error('the power failed')) : directory.run(...queries);
  const cut = { ...services, directory: { ...directory, run: run as typeof directory.run } };
  const principal = { kind: 'operator' as const };
  const attempt = createTenant({ services: cut, origin: noOrigin, principal }, { name: 'Half' });
  await expect(attempt).rejects.toThrow('the power failed');
  const files = () => readdirSync(`${data}/tenants`).filter((name) => name.endsWith('.db'));
  expect(files()).toHaveLength(2);
  await dropDatabases(world);
  expect(files()).toHaveLength(1);
  expect((await directoryOf(world)).tenants).toHaveLength(1);
});
