import { asc, eq, ne } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import {
  devices,
  gateways,
  idempotencyKeys,
  links,
  revisions,
  usage,
} from '../../../src/db/schema/tenant.ts';
import { gatewayReports, peerTraffic } from '../../../src/db/schema/tenant-observed.ts';
import { jobs, mails } from '../../../src/db/schema/tenant-outlets.ts';
import { users } from '../../../src/db/schema/tenant-people.ts';
import { prune } from '../../../src/jobs/handlers/prune.ts';
import { runTenantJobs } from '../../../src/jobs/tenant.ts';
import { limits } from '../../../src/model/limits.ts';
import { createWorld, dayMilliseconds, start, type World } from '../world.ts';

const day = dayMilliseconds;

type LinkRow = typeof links.$inferInsert;

async function addDevices(db: Database, ids: string[]): Promise<void> {
  const [[owner]] = await db.run(db.build.select().from(users));
  const userId = owner?.id ?? '';
  const rows = ids.map((id, index) => ({
    id,
    userId,
    name: id,
    platform: 'other',
    status: id.startsWith('revoked') ? ('revoked' as const) : ('active' as const),
    revision: 1,
    createdAt: 0,
    createdRevision: 1000 + index,
  }));
  await db.run(db.build.insert(devices).values(rows));
}

async function addGateways(db: Database, ids: string[]): Promise<void> {
  const rows = ids.map((id, index) => ({
    id,
    name: id,
    endpointHost: 'vpn.example.com',
    endpointPort: 51820,
    listenPort: 51820,
    pool4: `10.${index}.0.0/24`,
    pool6: 'fd00::/64',
    routes: [],
    dns: [],
    mtu: 1420,
    isolateClients: false,
    enrollmentHash: id,
    enrollmentExpiresAt: 0,
    highestHost: 1,
    peerCount: 0,
    peerDigest: '',
    sectionsRevision: 1,
    revision: 1,
    createdAt: 0,
    createdRevision: 2000 + index,
  }));
  await db.run(db.build.insert(gateways).values(rows));
}

function link(id: string, times: Partial<LinkRow>): LinkRow {
  const open = { expiresAt: start + day, usedAt: null, revokedAt: null };
  return {
    id,
    deviceId: 'd',
    kind: 'once',
    hash: id,
    createdAt: start - 99 * day,
    ...open,
    ...times,
  };
}

const isPrune = eq(jobs.id, 'prune');

/** Runs the tenant's prune job, and says when it will run again. */
async function runPrune(world: World, { id, db }: { id: string; db: Database }): Promise<number> {
  await db.run(db.build.update(jobs).set({ dueAt: world.clock.now }).where(isPrune));
  await runTenantJobs(world.runner({ prune }, { jobsPerLook: 1 }), id);
  const [[job]] = await db.run(db.build.select().from(jobs).where(isPrune));
  expect(job).toMatchObject({ status: 'waiting', attempts: 0, lastError: null });
  return job?.dueAt ?? 0;
}

async function linkIds(db: Database): Promise<string[]> {
  const [rows] = await db.run(db.build.select({ id: links.id }).from(links).orderBy(asc(links.id)));
  return rows.map(({ id }) => id);
}

const kept = start - 30 * day + 1;
const old = start - 30 * day;

describe('a link', () => {
  test.each<[string, Partial<LinkRow>, 'kept' | 'deleted']>([
    ['open', {}, 'kept'],
    ['open and made long ago', { createdAt: 0, expiresAt: start + 1 }, 'kept'],
    ['expired just now', { expiresAt: start }, 'kept'],
    ['expired not quite 30 days ago', { expiresAt: kept }, 'kept'],
    ['expired 30 days ago', { expiresAt: old }, 'deleted'],
    ['used not quite 30 days ago', { usedAt: kept }, 'kept'],
    ['used 30 days ago, before it would expire', { usedAt: old }, 'deleted'],
    ['revoked not quite 30 days ago', { revokedAt: kept }, 'kept'],
    ['revoked 30 days ago, before it would expire', { revokedAt: old }, 'deleted'],
    ['used 30 days ago and revoked since', { usedAt: old, revokedAt: kept }, 'deleted'],
    ['used lately and expired since', { usedAt: kept, expiresAt: start - 1 }, 'kept'],
  ])('that is %s', async (_, times, fate) => {
    const world = await createWorld();
    const tenant = await world.tenant();
    await addDevices(tenant.db, ['d']);
    await tenant.db.run(tenant.db.build.insert(links).values(link('l', times)));
    await runPrune(world, tenant);
    expect(await linkIds(tenant.db)).toEqual(fate === 'kept' ? ['l'] : []);
  });
});

test('reports go when they are 90 days old, their gateways stay', async () => {
  const world = await createWorld();
  const { db, ...tenant } = await world.tenant();
  await addGateways(db, ['g1', 'g2']);
  const state = {
    revision: 1,
    sections: {},
    peerDigest: '0'.repeat(32),
    peerCount: 0,
    versions: { agent: 'test' },
  };
  await db.run(
    db.build.insert(gatewayReports).values([
      { gatewayId: 'g1', reportedAt: start - 90 * day, state },
      { gatewayId: 'g2', reportedAt: start - 90 * day + 1, state },
    ]),
  );
  await runPrune(world, { db, ...tenant });
  const [reports] = await db.run(db.build.select().from(gatewayReports));
  expect(reports.map(({ gatewayId }) => gatewayId)).toEqual(['g2']);
  const [left] = await db.run(db.build.select().from(gateways));
  expect(left).toHaveLength(2);
});

test('traffic goes with its device, and stays while the device is only revoked', async () => {
  const world = await createWorld();
  const { db, ...tenant } = await world.tenant();
  await addGateways(db, ['g1', 'g2']);
  await addDevices(db, ['active', 'revoked']);
  const counters = { latestHandshakeAt: 0, receivedBytes: 1, sentBytes: 1 };
  const rows = ['active', 'revoked', 'gone'].flatMap((deviceId) =>
    ['g1', 'g2'].map((gatewayId) => ({ deviceId, gatewayId, ...counters })),
  );
  await db.run(db.build.insert(peerTraffic).values(rows));
  await runPrune(world, { db, ...tenant });
  const [left] = await db.run(db.build.select().from(peerTraffic));
  expect(left.map(({ deviceId }) => deviceId).sort()).toEqual([
    'active',
    'active',
    'revoked',
    'revoked',
  ]);
});

test('usage goes when its day or month is long over; what is counted for good stays', async () => {
  const world = await createWorld();
  const { db, ...tenant } = await world.tenant();
  const rows = [
    { name: 'linksPerDay', key: '2025-11-30' },
    { name: 'linksPerDay', key: '2027-01-15' },
    { name: 'bytesPerMonth', key: '2025-11' },
    { name: 'bytesPerMonth', key: '2026-01' },
    { name: 'bytesPerUserPerMonth', key: 'u_1 2026-09' },
    { name: 'bytesPerUserPerMonth', key: 'u_1 2026-12' },
    { name: 'devicesPerUser', key: 'u_1' },
  ] as const;
  await db.run(db.build.insert(usage).values(rows.map((row) => ({ ...row, value: 1 }))));
  await runPrune(world, { db, ...tenant });
  const [left] = await db.run(db.build.select().from(usage).where(ne(usage.key, '')));
  expect(left.map(({ key }) => key).sort()).toEqual([
    '2026-01',
    '2027-01-15',
    'u_1',
    'u_1 2026-12',
  ]);
});

test('answers to repeated requests go after a day, mails after 90', async () => {
  const world = await createWorld();
  const { db, ...tenant } = await world.tenant();
  const answers = [day, day - 1].map((age) => ({
    hash: `asked ${age} ago`,
    requestHash: '',
    answer: '',
    createdAt: start - age,
  }));
  const written = [90 * day, 90 * day - 1].map((age) => ({
    id: `written ${age} ago`,
    kind: 'invitation',
    recipient: 'ann@example.com',
    subject: 'x',
    about: 'u_1',
    status: 'sent' as const,
    createdAt: start - age,
  }));
  await db.run(
    db.build.insert(idempotencyKeys).values(answers),
    db.build.insert(mails).values(written),
  );
  await runPrune(world, { db, ...tenant });
  const [[answer, ...answersMore], [mail, ...mailsMore]] = await db.run(
    db.build.select().from(idempotencyKeys),
    db.build.select().from(mails),
  );
  expect([answer?.hash, answersMore]).toEqual([`asked ${day - 1} ago`, []]);
  expect([mail?.id, mailsMore]).toEqual([`written ${90 * day - 1} ago`, []]);
});

test('a batch is bounded, and the next one follows at once until nothing is left', async () => {
  const world = await createWorld();
  const { db, ...tenant } = await world.tenant();
  await addDevices(db, ['d']);
  const count = limits.pruneRowsPerBatch + 7;
  const rows = Array.from({ length: count }, (_, n) => link(`l${n}`, { expiresAt: old }));
  await db.run(db.build.insert(links).values(rows));
  expect(await runPrune(world, { db, ...tenant })).toBe(world.clock.now);
  expect(await linkIds(db)).toHaveLength(7);
  expect(await runPrune(world, { db, ...tenant })).toBe(world.clock.now + day);
  expect(await linkIds(db)).toEqual([]);
});

test('pruning twice is the same as once, and is no change in the log', async () => {
  const world = await createWorld();
  const { db, ...tenant } = await world.tenant();
  await addDevices(db, ['d']);
  await db.run(db.build.insert(links).values([link('old', { usedAt: old }), link('open', {})]));
  const [before] = await db.run(db.build.select().from(revisions));
  await runPrune(world, { db, ...tenant });
  await runPrune(world, { db, ...tenant });
  expect(await linkIds(db)).toEqual(['open']);
  const [after] = await db.run(db.build.select().from(revisions));
  expect(after).toEqual(before);
});
