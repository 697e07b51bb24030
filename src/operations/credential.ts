// A device's credential: issued with a public key, withdrawn when it is replaced or revoked.

import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Query } from '../db/database.ts';
import { credentials, deviceGateways, devices, gateways } from '../db/schema/tenant.ts';
import { SallyportError } from '../model/errors.ts';
import { newId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { withdrawCertificate, withoutCertificate } from './certificate.ts';
import { addPeers, type PeerWrites, removePeers } from './peers.ts';
import { gatewaysWithin } from './reach.ts';
import type { TenantScope } from './services.ts';

function retire({ db }: TenantScope, number: number, deviceId: string): Query {
  const living = and(
    eq(credentials.deviceId, deviceId),
    eq(credentials.protocol, 'wireguard'),
    isNull(credentials.retiredRevision),
  );
  return db.build.update(credentials).set({ retiredRevision: number }).where(living);
}

async function refuseGatewayKey({ db }: TenantScope, publicKey: string): Promise<void> {
  const query = db.build.select({ id: gateways.id }).from(gateways);
  const [[gateway]] = await db.run(query.where(eq(gateways.wireguardPublicKey, publicKey)));
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
  const { db, services } = scope;
  await refuseGatewayKey(scope, device.publicKey);
  const { writes, touched } = await addPeers(scope, number, device, gatewayIds);
  const row = {
    id: newId('credential', services.random),
    deviceId: device.id,
    protocol: 'wireguard' as const,
    publicKey: device.publicKey,
    createdRevision: number,
  };
  const { publicKey } = device;
  return {
    writes: [
      retire(scope, number, device.id),
      db.build.insert(credentials).values(row),
      db.build
        .update(devices)
        .set({ status: 'active', publicKey, revision: number })
        .where(eq(devices.id, device.id)),
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
      retire(scope, number, device.id),
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
