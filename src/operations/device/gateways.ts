// Which gateways serve a device: those that somebody names, and the way from some to others.

import { and, eq, inArray } from 'drizzle-orm';
import { deviceGateways, gateways } from '../../db/schema/tenant.ts';
import { ikev2Peers } from '../../db/schema/tenant-pki.ts';
import { notFound } from '../../model/errors.ts';
import { serveDevice } from '../credential.ts';
import { addIkev2Peers, moveIkev2Peers } from '../ikev2-peers.ts';
import { addPeers, type PeerWrites, removePeers } from '../peers.ts';
import { gatewaysWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import type { DeviceRow } from './view.ts';

/** @throws SallyportError `not_found` for the first that is not there */
export async function namedGateways(scope: TenantScope, asked: string[]): Promise<string[]> {
  const { db } = scope;
  const unique = [...new Set(asked)];
  const query = db.build.select({ id: gateways.id }).from(gateways);
  const [rows] = await db.run(
    query.where(and(inArray(gateways.id, unique), gatewaysWithin(scope))),
  );
  const found = rows.map(({ id }) => id);
  const missing = unique.find((id) => !found.includes(id));
  if (missing !== undefined) throw notFound('gateway', missing);
  return found;
}

/** Off every list of these gateways. */
async function leave(
  scope: TenantScope,
  number: number,
  id: string,
  gatewayIds: string[],
): Promise<PeerWrites[]> {
  const { db } = scope;
  const served = eq(deviceGateways.deviceId, id);
  const gone = and(served, inArray(deviceGateways.gatewayId, gatewayIds));
  const certified = and(eq(ikev2Peers.deviceId, id), inArray(ikev2Peers.gatewayId, gatewayIds));
  return [
    { writes: [db.build.delete(deviceGateways).where(gone)], touched: [] },
    await removePeers(scope, number, id, gatewayIds),
    ...(certified ? [await moveIkev2Peers(scope, number, certified, 'drop')] : []),
  ];
}

/** On the list of these gateways, with each credential that the device has. */
async function come(
  scope: TenantScope,
  number: number,
  { id, publicKey, ikev2Identity: identity }: Moved,
  gatewayIds: string[],
): Promise<PeerWrites[]> {
  const { db } = scope;
  const parts = [{ writes: serveDevice(scope, id, gatewayIds), touched: [] as string[] }];
  if (publicKey !== null) parts.push(await addPeers(scope, number, { id, publicKey }, gatewayIds));
  if (identity === null) return parts;
  const able = and(inArray(gateways.id, gatewayIds), eq(gateways.ikev2, true));
  const [rows] = await db.run(db.build.select().from(gateways).where(able));
  return [...parts, await addIkev2Peers(scope, number, { id, identity }, rows)];
}

type Moved = Pick<DeviceRow, 'id' | 'publicKey' | 'ikev2Identity'>;

/**
 * Takes the device off the gateways that it leaves and puts it on those that it comes to, with the
 * credentials that it has. Gateways that serve it before and after do not notice.
 */
export async function moveDevice(
  scope: TenantScope,
  number: number,
  device: Moved,
  before: readonly string[],
  after: readonly string[],
): Promise<PeerWrites> {
  const left = before.filter((one) => !after.includes(one));
  const fresh = after.filter((one) => !before.includes(one));
  const parts = [
    ...(left.length > 0 ? await leave(scope, number, device.id, left) : []),
    ...(fresh.length > 0 ? await come(scope, number, device, fresh) : []),
  ];
  return {
    writes: parts.flatMap(({ writes }) => writes),
    touched: [...new Set(parts.flatMap(({ touched }) => touched))],
  };
}
