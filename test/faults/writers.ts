// Writers for the tests that kill what they write to, and what must be true of the rows afterwards.

import type { Client } from '@libsql/client';
import { expect } from 'vitest';
import { apiOf, type Plane, publicKey, type Reply, type TestTenant } from '../contract/plane.ts';

const writers = 4;

/** All of them write devices of one user. */
export const manyDevices = { SALLYPORT_QUOTAS: 'devicesPerUser=50000' };

/** Creates devices until the end is near; returns those that were acknowledged. */
async function writeUntil(
  over: () => boolean,
  plane: Plane,
  tenant: TestTenant,
): Promise<string[]> {
  const acknowledged: string[] = [];
  const api = apiOf(plane, tenant.key);
  while (!over()) {
    const body = { userId: tenant.ownerId, name: 'x', publicKey: publicKey() };
    let reply: Reply<{ id: string }> | undefined;
    try {
      reply = await api<{ id: string }>('POST', tenant.path('/devices'), body);
    } catch (error) {
      if (!over()) throw error;
    }
    if (reply?.status === 201) acknowledged.push(reply.body.id);
    else if (!over()) throw new Error(`${reply?.status} ${reply?.text}`);
  }
  return acknowledged;
}

/**
 * Writes from several sides, and kills in the middle.
 * @param mostMilliseconds of writing
 * @returns ids of the devices that were acknowledged
 */
export async function writeAndKill(
  plane: Plane,
  tenant: TestTenant,
  kill: () => unknown,
  mostMilliseconds: number,
): Promise<string[]> {
  let over = false;
  const writing = Promise.all(
    Array.from({ length: writers }, () => writeUntil(() => over, plane, tenant)),
  );
  await new Promise((resolve) => setTimeout(resolve, Math.random() * mostMilliseconds));
  over = true;
  await kill();
  return (await writing).flat();
}

/** Expects every acknowledged device, and of each device on record every part. */
export async function expectNothingLost(db: Client, acknowledged: string[]): Promise<void> {
  const { rows } = await db.execute('select id from devices');
  const kept = new Set(rows.map((row) => String(row.id)));
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  const whole = await db.execute(
    `select (select count(*) from devices) devices, (select count(*) from peers) peers,
      (select count(*) from credentials) credentials, (select peer_count from gateways) counted,
      (select count(*) from revisions where operation = 'device.create') created`,
  );
  const [counts] = whole.rows;
  for (const part of ['peers', 'credentials', 'counted', 'created'])
    expect([part, counts?.[part]]).toEqual([part, counts?.devices]);
  const check = await db.execute('pragma integrity_check');
  expect(check.rows[0]?.integrity_check).toBe('ok');
}
