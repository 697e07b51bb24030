// Cuts of a device that no gateway has vouched for: of a device that was taken off a gateway the
// tombstone tells; of a credential that another took the place of, that both were of one revision.

import { and, eq, gte, notExists, type SQL, sql } from 'drizzle-orm';
import { credentials, gateways, peers } from '../../db/schema/tenant.ts';
import { gatewayReports } from '../../db/schema/tenant-observed.ts';
import { certificates, ikev2Peers } from '../../db/schema/tenant-pki.ts';
import { receipts } from '../../db/schema/tenant-receipts.ts';
import type { RevocationReceipt } from '../../model/ikev2.ts';
import { gatewaysWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';

type Protocol = RevocationReceipt['protocol'];
type Peers = typeof peers | typeof ikev2Peers;
type CutKey =
  | typeof peers.publicKey
  | typeof credentials.publicKey
  | typeof ikev2Peers.identity
  | typeof certificates.identity;

/** What is shown of a cut. */
function columnsOf(protocol: Protocol, { revision }: Peers, credential: CutKey) {
  return {
    gateway: { id: gateways.id, name: gateways.name },
    report: gatewayReports,
    protocol: sql<Protocol>`${protocol}`,
    credential: sql<string>`${credential}`,
    revision: sql<number>`${revision}`,
  };
}

/** Of the device's cuts those without a receipt. */
function unsigned(
  scope: TenantScope,
  deviceId: string,
  protocol: Protocol,
  peer: Peers,
  credential: CutKey,
  removed: boolean,
): SQL | undefined {
  const vouched = and(
    eq(receipts.deviceId, deviceId),
    eq(receipts.gatewayId, peer.gatewayId),
    eq(receipts.protocol, protocol),
    eq(receipts.credential, credential),
    gte(receipts.revision, peer.revision),
  );
  const receipt = scope.db.build.select({ jws: receipts.jws }).from(receipts).where(vouched);
  const mine = and(eq(peer.deviceId, deviceId), eq(peer.removed, removed));
  return and(mine, gatewaysWithin(scope), notExists(receipt));
}

const reported = eq(gatewayReports.gatewayId, gateways.id);

function ofWireguard(scope: TenantScope, deviceId: string) {
  const { build } = scope.db;
  const { publicKey } = credentials;
  const replaced = and(
    eq(credentials.deviceId, peers.deviceId),
    eq(credentials.protocol, 'wireguard'),
    eq(credentials.retiredRevision, peers.revision),
  );
  return [
    build
      .select(columnsOf('wireguard', peers, peers.publicKey))
      .from(peers)
      .innerJoin(gateways, eq(gateways.id, peers.gatewayId))
      .leftJoin(gatewayReports, reported)
      .where(unsigned(scope, deviceId, 'wireguard', peers, peers.publicKey, true)),
    build
      .select(columnsOf('wireguard', peers, publicKey))
      .from(peers)
      .innerJoin(credentials, replaced)
      .innerJoin(gateways, eq(gateways.id, peers.gatewayId))
      .leftJoin(gatewayReports, reported)
      .where(unsigned(scope, deviceId, 'wireguard', peers, publicKey, false)),
  ] as const;
}

function ofIkev2(scope: TenantScope, deviceId: string) {
  const { build } = scope.db;
  const { identity } = certificates;
  const replaced = and(
    eq(certificates.deviceId, ikev2Peers.deviceId),
    eq(certificates.revokedRevision, ikev2Peers.revision),
  );
  return [
    build
      .select(columnsOf('ikev2', ikev2Peers, ikev2Peers.identity))
      .from(ikev2Peers)
      .innerJoin(gateways, eq(gateways.id, ikev2Peers.gatewayId))
      .leftJoin(gatewayReports, reported)
      .where(unsigned(scope, deviceId, 'ikev2', ikev2Peers, ikev2Peers.identity, true)),
    build
      .select(columnsOf('ikev2', ikev2Peers, identity))
      .from(ikev2Peers)
      .innerJoin(certificates, replaced)
      .innerJoin(gateways, eq(gateways.id, ikev2Peers.gatewayId))
      .leftJoin(gatewayReports, reported)
      .where(unsigned(scope, deviceId, 'ikev2', ikev2Peers, identity, false)),
  ] as const;
}

/** Queries that together give all of them. */
export function unsignedCuts(scope: TenantScope, deviceId: string) {
  return [...ofWireguard(scope, deviceId), ...ofIkev2(scope, deviceId)] as const;
}
