// Switches IKEv2 on for a gateway and off again: pools for its devices, an authority that may vouch
// for its host, and those devices that have a certificate already.

import { and, eq, isNotNull } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { deviceGateways, devices } from '../../db/schema/tenant.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { certificates, ikev2Peers } from '../../db/schema/tenant-pki.ts';
import { emptyPeerDigest } from '../../model/desired-state.ts';
import { authoritiesFor } from '../authority/make.ts';
import { revokeCertificates } from '../certificate.ts';
import { toggledIkev2 } from '../ikev2-peers.ts';
import type { PeerWrites } from '../peers.ts';
import type { TenantScope } from '../services.ts';
import { freeDefault, type TakenPools, takenPools } from './pools.ts';
import type { GatewayRow } from './view.ts';

/** What the row of a gateway says that does not speak IKEv2. */
export const withoutIkev2 = {
  ikev2: false,
  ikePool4: null,
  ikePool6: null,
  ikePublicKey: null,
  certificate: null,
  certificateAuthority: null,
  certificateExpiresAt: null,
  ikev2Count: 0,
  ikev2Digest: emptyPeerDigest,
  wholeRevision: 0,
} satisfies Partial<GatewayRow>;

/** The gateway's devices that have a certificate, and whether they may come in now. */
async function readCertified({ db }: TenantScope, gatewayId: string) {
  const [rows] = await db.run(
    db.build
      .select({ id: devices.id, identity: devices.ikev2Identity, status: users.status })
      .from(deviceGateways)
      .innerJoin(devices, eq(devices.id, deviceGateways.deviceId))
      .innerJoin(users, eq(users.id, devices.userId))
      .where(and(eq(deviceGateways.gatewayId, gatewayId), isNotNull(devices.ikev2Identity))),
  );
  return rows.flatMap(({ id, identity, status }) =>
    identity === null ? [] : [{ id, identity, isHeld: status === 'suspended' }],
  );
}

/**
 * Switches it on. The caller writes `set` into the gateway's row, with this revision as its own and
 * its sections', and what is in `writes` after that.
 * @param taken pools of all gateways of the tenant
 * @throws SallyportError `pool_exhausted` or `name_not_permitted`
 */
export async function enableIkev2(
  scope: TenantScope,
  number: number,
  row: GatewayRow,
  { ula, taken }: { ula: string; taken: readonly TakenPools[] },
): Promise<PeerWrites & { set: Partial<GatewayRow> }> {
  const { db } = scope;
  const pools = freeDefault(ula, [...taken, ...takenPools(row)]);
  const { writes, touched } = await authoritiesFor(scope, number, row.endpointHost);
  const certified = await readCertified(scope, row.id);
  let ikev2Digest: string = emptyPeerDigest;
  for (const { id, identity, isHeld } of certified)
    if (!isHeld) ikev2Digest = await toggledIkev2(ikev2Digest, { id, identity });
  const rows = certified.map(({ id: deviceId, identity, isHeld }) => ({
    ...{ gatewayId: row.id, deviceId, identity },
    ...{ removed: isHeld, held: isHeld, revision: number },
  }));
  return {
    set: {
      ikev2: true,
      ikePool4: pools.v4,
      ikePool6: pools.v6,
      ikev2Digest,
      ikev2Count: rows.filter(({ removed }) => !removed).length,
    },
    writes: rows.length === 0 ? writes : [...writes, db.build.insert(ikev2Peers).values(rows)],
    touched,
  };
}

/**
 * Switches it off: whoever has an older document gets a whole one, without a word of IKEv2. The
 * caller writes `set` as with `enableIkev2`.
 */
export function disableIkev2(
  scope: TenantScope,
  number: number,
  { id }: Pick<GatewayRow, 'id'>,
): { set: Partial<GatewayRow>; writes: Query[] } {
  return {
    set: { ...withoutIkev2, wholeRevision: number },
    writes: [
      scope.db.build.delete(ikev2Peers).where(eq(ikev2Peers.gatewayId, id)),
      revokeCertificates(scope, number, eq(certificates.gatewayId, id)),
    ],
  };
}
