// A device's credential: issued with a public key, withdrawn when it is replaced or revoked.

import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Query } from '../db/database.ts';
import { prepared, preparedInsert } from '../db/prepared.ts';
import { credentials, deviceGateways, devices, gateways } from '../db/schema/tenant.ts';
import { SallyportError } from '../model/errors.ts';
import { newId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { withdrawCertificate, withoutCertificate } from './certificate.ts';
import { addPeers, type PeerWrites, removePeers } from './peers.ts';
import { gatewaysWithin } from './reach.ts';
import type { TenantScope } from './services.ts';

const retire = prepared((build) =>
  build
    .update(credentials)
    .set({ retiredRevision: sql`${sql.placeholder('number')}` })
    .where(
      and(
        eq(credentials.deviceId, sql.placeholder('deviceId')),
        eq(credentials.protocol, 'wireguard'),
        isNull(credentials.retiredRevision),
      ),
    ),
);
const insertCredential = preparedInsert(credentials);
const activate = prepared((build) =>
  build
    .update(devices)
    .set({
      status: 'active',
      publicKey: sql`${sql.placeholder('publicKey')}`,
      revision: sql`${sql.placeholder('number')}`,
    })
    .where(eq(devices.id, sql.placeholder('deviceId'))),
);
const gatewayOfKey = prepared((build) =>
  build
    .select({ id: gateways.id })
    .from(gateways)
    .where(eq(gateways.wireguardPublicKey, sql.placeholder('publicKey'))),
);

async function refuseGatewayKey({ db }: TenantScope, publicKey: string): Promise<void> {
  const [[gateway]] = await db.run(gatewayOfKey({ publicKey }));
  if (gateway)
    throw new SallyportError('public_key_in_use', "This public key is a gateway's.", {
      wayOut: 'Make a fresh key pair on the device.',
    });
}

/** The gateways that a device gets when nobody names any. */
export async function defaultGateways(scope: TenantScope): Promise<string[]> {
  const { db } = scope;
  const query = db.build.select({ id: gateways.id }).from(gateways).where(gatewaysWithin(scope));
  const [rows] = await db.run(
    query.orderBy(asc(gateways.createdRevision)).limit(limits.gatewaysPerDevice),
  );
  return rows.map(({ id }) => id);
}

/** Puts a device on the list of these gateways. */
export function serveDevice({ db }: TenantScope, deviceId: string, gatewayIds: string[]): Query[] {
  const rows = gatewayIds.map((gatewayId) => ({ deviceId, gatewayId }));
  return rows.length === 0 ? [] : [db.build.insert(deviceGateways).values(rows)];
}

/**
 * The gateways for a new credential: those that serve the device, or the default ones when all of
 * its own were deleted meanwhile.
 */
export async function gatewaysForIssue(
  scope: TenantScope,
  deviceId: string,
): Promise<{ gatewayIds: string[]; writes: Query[] }> {
  const own = await gatewaysOf(scope, deviceId);
  if (own.length > 0) return { gatewayIds: own, writes: [] };
  const gatewayIds = await defaultGateways(scope);
  return { gatewayIds, writes: serveDevice(scope, deviceId, gatewayIds) };
}

/** The gateways that serve the device, or shall once it has a credential. */
export async function gatewaysOf({ db }: TenantScope, deviceId: string): Promise<string[]> {
  const query = db.build.select({ id: deviceGateways.gatewayId }).from(deviceGateways);
  const [rows] = await db.run(query.where(eq(deviceGateways.deviceId, deviceId)));
  return rows.map(({ id }) => id);
}

/**
 * Makes the public key the device's only one of WireGuard, on all the given gateways. A certificate
 * that it has stays.
 */
export async function issueCredential(
  scope: TenantScope,
  number: number,
  device: { id: string; publicKey: string },
  gatewayIds: string[],
): Promise<PeerWrites> {
  const { id: deviceId, publicKey } = device;
  await refuseGatewayKey(scope, publicKey);
  const { writes, touched } = await addPeers(scope, number, device, gatewayIds);
  const row = {
    ...{ id: newId('credential', scope.services.random), deviceId, publicKey },
    ...{ protocol: 'wireguard' as const, profile: null },
    ...{ createdRevision: number, retiredRevision: null },
  };
  return {
    writes: [
      retire({ number, deviceId }),
      insertCredential(row),
      activate({ number, deviceId, publicKey }),
      ...writes,
    ],
    touched,
  };
}

/** Leaves the device without any credential and off every gateway. */
export async function withdrawCredentials(
  scope: TenantScope,
  number: number,
  device: { id: string; ikev2Identity: string | null },
  status: 'pending' | 'revoked',
): Promise<PeerWrites> {
  const plain = await removePeers(scope, number, device.id);
  const certified = await withdrawCertificate(scope, number, device);
  return {
    writes: [
      retire({ number, deviceId: device.id }),
      scope.db.build
        .update(devices)
        .set({ ...withoutCertificate, status, publicKey: null, revision: number })
        .where(eq(devices.id, device.id)),
      ...plain.writes,
      ...certified.writes,
    ],
    touched: [...new Set([...plain.touched, ...certified.touched])],
  };
}
