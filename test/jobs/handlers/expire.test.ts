import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { devices, revisions } from '../../../src/db/schema/tenant.ts';
import { jobs } from '../../../src/db/schema/tenant-outlets.ts';
import { users } from '../../../src/db/schema/tenant-people.ts';
import { expire } from '../../../src/jobs/handlers/expire.ts';
import { ofTenant } from '../../../src/jobs/handlers.ts';
import { runTenantJobs } from '../../../src/jobs/tenant.ts';
import { createGatewaySchema } from '../../../src/model/gateway.ts';
import { limits } from '../../../src/model/limits.ts';
import { noOrigin } from '../../../src/model/origin.ts';
import { createDevice } from '../../../src/operations/device/create.ts';
import { reissueDevice } from '../../../src/operations/device/reissue.ts';
import { updateDevice } from '../../../src/operations/device/update.ts';
import { createGateway } from '../../../src/operations/gateway/create.ts';
import { createLink } from '../../../src/operations/link/create.ts';
import { enterTenant } from '../../../src/operations/scope.ts';
import { publicKey } from '../../contract/plane.ts';
import { createWorld, plansOf, type World, wakeupsOf } from '../world.ts';

const hourMilliseconds = 3_600_000;

async function prepared(world: World) {
  const tenant = await world.tenant();
  const { services, clock } = world;
  const caller = { services, origin: noOrigin, principal: { kind: 'operator' as const } };
  const scope = await enterTenant(caller, 'quota.set', tenant.id);
  const gateway = { name: 'Berlin', endpoint: { host: 'vpn.example.com' } };
  await createGateway(scope, createGatewaySchema.parse(gateway));
  const [[owner]] = await tenant.db.run(tenant.db.build.select().from(users));
  const inHours = (hours: number) => new Date(clock.now + hours * hourMilliseconds).toISOString();
  const add = (hours: number | undefined, key?: string) =>
    createDevice(scope, {
      ...{ userId: owner?.id ?? '', name: 'phone', platform: 'ios' },
      ...(hours === undefined ? {} : { expiresAt: inHours(hours) }),
      ...(key === undefined ? {} : { publicKey: key }),
    });
  const statusOf = async (id: string) => {
    const query = tenant.db.build.select().from(devices).where(eq(devices.id, id));
    return (await tenant.db.run(query))[0][0]?.status;
  };
  const run = () => runTenantJobs(world.runner({ 'device.expire': ofTenant(expire) }), tenant.id);
  return { ...tenant, scope, inHours, add, statusOf, run };
}

test('a device is revoked when its time is over, by the system, and no earlier', async () => {
  const world = await createWorld();
  const tenant = await prepared(world);
  const { id } = await tenant.add(2, publicKey());
  const other = await tenant.add(undefined, publicKey());
  await createLink(tenant.scope, { kind: 'once', deviceId: id, send: false });
  // The tenant is looked at now, and then when the device ends.
  expect((await wakeupsOf(world)).get(tenant.id)).toBe(world.clock.now);
  await tenant.run();
  expect(await tenant.statusOf(id)).toBe('active');
  expect((await wakeupsOf(world)).get(tenant.id)).toBe(world.clock.now + 2 * hourMilliseconds);
  world.clock.now += 2 * hourMilliseconds;
  await tenant.run();
  expect([await tenant.statusOf(id), await tenant.statusOf(other.id)]).toEqual([
    'revoked',
    'active',
  ]);
  const [rows] = await tenant.db.run(
    tenant.db.build.select().from(revisions).where(eq(revisions.operation, 'device.revoke')),
  );
  expect(rows).toMatchObject([
    { actor: 'system', subject: id, address: null, summary: { name: 'phone' } },
  ]);
  expect(rows[0]?.summary.expiresAt).toBe(new Date(world.clock.now).toISOString());
  await tenant.run();
  expect(await tenant.statusOf(other.id)).toBe('active');
});

test('an end can be moved and taken away before it comes', async () => {
  const world = await createWorld();
  const tenant = await prepared(world);
  const [later, never, sooner] = [await tenant.add(1), await tenant.add(1), await tenant.add(9)];
  await tenant.run();
  const update = (id: string, expiresAt: string | null) =>
    updateDevice(tenant.scope, id, { expiresAt });
  expect(await update(later.id, tenant.inHours(5))).toMatchObject({ expiresAt: tenant.inHours(5) });
  expect(await update(never.id, null)).toMatchObject({ expiresAt: null });
  await update(sooner.id, tenant.inHours(2));
  await tenant.run();
  const states = async () =>
    Promise.all([later, never, sooner].map(({ id }) => tenant.statusOf(id)));
  world.clock.now += 2 * hourMilliseconds;
  await tenant.run();
  expect(await states()).toEqual(['pending', 'pending', 'revoked']);
  world.clock.now += 3 * hourMilliseconds;
  await tenant.run();
  expect(await states()).toEqual(['revoked', 'pending', 'revoked']);
});

test('a device that ended comes back only with another end', async () => {
  const world = await createWorld();
  const tenant = await prepared(world);
  const { id } = await tenant.add(1);
  world.clock.now += hourMilliseconds;
  await tenant.run();
  const reissue = () => reissueDevice(tenant.scope, id, {});
  await expect(reissue()).rejects.toMatchObject({ code: 'device_ended' });
  await updateDevice(tenant.scope, id, { expiresAt: tenant.inHours(1) });
  expect(await reissue()).toMatchObject({ status: 'pending' });
  world.clock.now += hourMilliseconds;
  await tenant.run();
  expect(await tenant.statusOf(id)).toBe('revoked');
});

test('what got lost is found by the daily look, and many are ended a batch at a time', async () => {
  const world = await createWorld();
  const tenant = await prepared(world);
  await tenant.run();
  const { build } = tenant.db;
  const { id } = await tenant.add(1);
  const [[model]] = await tenant.db.run(build.select().from(devices));
  if (!model) throw new Error('no device');
  const count = limits.devicesExpiredPerJob + 5;
  const rows = Array.from({ length: count }, (_, index) => ({
    ...model,
    ...{ id: `${id}${index}`, createdRevision: -index - 1 },
  }));
  await tenant.db.run(build.insert(devices).values(rows));
  // Nobody told the job.
  await tenant.db.run(
    build
      .update(jobs)
      .set({ dueAt: world.clock.now + limits.deviceEndsLookEveryMilliseconds })
      .where(eq(jobs.id, 'device.expire')),
  );
  world.clock.now += limits.deviceEndsLookEveryMilliseconds;
  const before = world.statements.length;
  await tenant.run();
  const [left] = await tenant.db.run(
    build.select().from(devices).where(eq(devices.status, 'pending')),
  );
  expect(left).toEqual([]);
  const asked = world.statements.slice(before).filter(({ sql }) => /expires_at" <= /.test(sql));
  expect(asked.length).toBeGreaterThanOrEqual(2);
  const plans = await plansOf(`${world.data}/tenants/${tenant.id}.db`, asked.slice(0, 1));
  expect(plans).toEqual([expect.stringMatching(/^SEARCH devices USING INDEX devices_expires/)]);
});
