// device.receipts: which gateways have vouched that they cut the device off, and which have not.

import { and, desc, eq, gte, inArray, notExists, type SQL } from 'drizzle-orm';
import { credentials, gateways, peers } from '../../db/schema/tenant.ts';
import { gatewayReports } from '../../db/schema/tenant-observed.ts';
import { receipts } from '../../db/schema/tenant-receipts.ts';
import { limits } from '../../model/limits.ts';
import { type DeviceReceipts, receiptIn, type SignedReceipt } from '../../model/receipt.ts';
import { gatewaysWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { readDevice } from './read.ts';

function signedOnes({ db, reach }: TenantScope, deviceId: string) {
  const { gatewayIds } = reach;
  const within = gatewayIds === null ? undefined : inArray(receipts.gatewayId, [...gatewayIds]);
  return db.build
    .select({ receipt: receipts, gatewayName: gateways.name })
    .from(receipts)
    .leftJoin(gateways, eq(gateways.id, receipts.gatewayId))
    .where(and(eq(receipts.deviceId, deviceId), within))
    .orderBy(desc(receipts.revision))
    .limit(limits.receiptsShown);
}

type CutKey = typeof peers.publicKey | typeof credentials.publicKey;

/** What cuts of WireGuard keys lack their receipt. */
function unsigned(scope: TenantScope, deviceId: string, credential: CutKey, cuts: SQL | undefined) {
  const { db } = scope;
  const vouched = and(
    eq(receipts.deviceId, peers.deviceId),
    eq(receipts.gatewayId, peers.gatewayId),
    eq(receipts.protocol, 'wireguard'),
    eq(receipts.credential, credential),
    gte(receipts.revision, peers.revision),
  );
  const receipt = db.build.select({ jws: receipts.jws }).from(receipts).where(vouched);
  return and(eq(peers.deviceId, deviceId), gatewaysWithin(scope), cuts, notExists(receipt));
}

/** Of a device that was taken off a gateway the tombstone tells. */
function removedOnes(scope: TenantScope, deviceId: string) {
  return scope.db.build
    .select({ gateway: gateways, report: gatewayReports, peer: peers, credential: peers.publicKey })
    .from(peers)
    .innerJoin(gateways, eq(gateways.id, peers.gatewayId))
    .leftJoin(gatewayReports, eq(gatewayReports.gatewayId, gateways.id))
    .where(unsigned(scope, deviceId, peers.publicKey, eq(peers.removed, true)));
}

/** Of a key that another took the place of, that the two revisions are the same. */
function replacedOnes(scope: TenantScope, deviceId: string) {
  const { publicKey: credential } = credentials;
  const replaced = and(
    eq(credentials.deviceId, peers.deviceId),
    eq(credentials.protocol, 'wireguard'),
    eq(credentials.retiredRevision, peers.revision),
  );
  return scope.db.build
    .select({ gateway: gateways, report: gatewayReports, peer: peers, credential })
    .from(peers)
    .innerJoin(credentials, replaced)
    .innerJoin(gateways, eq(gateways.id, peers.gatewayId))
    .leftJoin(gatewayReports, eq(gatewayReports.gatewayId, gateways.id))
    .where(unsigned(scope, deviceId, credential, eq(peers.removed, false)));
}

export async function deviceReceipts(scope: TenantScope, id: string): Promise<DeviceReceipts> {
  await readDevice(scope, id);
  const [signed, removed, replaced] = await scope.db.run(
    signedOnes(scope, id),
    removedOnes(scope, id),
    replacedOnes(scope, id),
  );
  return {
    receipts: signed.flatMap(({ receipt: row, gatewayName }): SignedReceipt[] => {
      const { jws, identityKey: x } = row;
      const receipt = receiptIn(jws);
      if (!receipt) return [];
      const key = { kty: 'OKP', crv: 'Ed25519', x } as const;
      const receivedAt = new Date(row.receivedAt).toISOString();
      return [{ gatewayName, receipt, jws, key, receivedAt }];
    }),
    pending: [...removed, ...replaced].map(({ gateway, report, peer, credential }) => ({
      gatewayId: gateway.id,
      gatewayName: gateway.name,
      protocol: 'wireguard' as const,
      credential,
      revision: peer.revision,
      reached: report !== null && report.state.revision >= peer.revision,
    })),
  };
}
