// Switches IKEv2 on for a gateway and off again: pools for its devices, an authority that may vouch
// for its host, and those devices that have a certificate already.

import { and, eq, isNotNull } from 'drizzle-orm';
import { deviceGateways, devices } from '../../db/schema/tenant.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { certificates, ikev2Peers } from '../../db/schema/tenant-pki.ts';
import { emptyPeerDigest } from '../../model/desired-state.ts';
import { authoritiesFor } from '../authority/make.ts';
import { revokeCertificates } from '../certificate.ts';
import { toggledIkev2 } from '../ikev2-peers.ts';
import type { PeerWrites } from '../peers.ts';
import type { TenantScope } from '../services.ts';
import { certifyKey } from './certificate.ts';
import { freeDefault, takenPools } from './pools.ts';
import { readTaken } from './taken.ts';
import type { GatewayRow } from './view.ts';

/** What a gateway's row says while its agent has no IKE key. */
export const withoutIkeKey = {
  ikePublicKey: null,
  certificate: null,
  certificateAuthority: null,
  certificateExpiresAt: null,
} satisfies Partial<GatewayRow>;

/** What the row of a gateway says that does not speak IKEv2. */
export const withoutIkev2 = {
  ...withoutIkeKey,
  ikev2: false,
  ikePool4: null,
  ikePool6: null,
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

/** What else to write, and who else is told, than of the gateway's own row. */
export interface Ikev2Writes extends PeerWrites {
  /** Columns of the gateway's own row. */
  set: Partial<GatewayRow>;
}

/**
 * Switches it on. The caller writes `set` into the gateway's row, with this revision as its own and
 * its sections', and what is in `writes` after that.
 * @throws SallyportError `pool_exhausted` or `limit_reached`
 */
export async function enableIkev2(
  scope: TenantScope,
  number: number,
  row: GatewayRow,
): Promise<Ikev2Writes> {
  const { db } = scope;
  const { ula, taken } = await readTaken(scope);
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
function disableIkev2(
  scope: TenantScope,
  number: number,
  { id }: Pick<GatewayRow, 'id'>,
): Ikev2Writes {
  return {
    touched: [],
    set: { ...withoutIkev2, wholeRevision: number },
    writes: [
      scope.db.build.delete(ikev2Peers).where(eq(ikev2Peers.gatewayId, id)),
      revokeCertificates(scope, number, eq(certificates.gatewayId, id)),
    ],
  };
}

/** A certificate for another host than the one before; the agent's key is the same. */
async function moveHost(scope: TenantScope, number: number, row: GatewayRow): Promise<Ikev2Writes> {
  const { living, writes, touched } = await authoritiesFor(scope, number, row.endpointHost);
  if (row.ikePublicKey === null) return { set: {}, writes, touched };
  const own = await certifyKey(scope, living, row, row.ikePublicKey);
  const former = revokeCertificates(scope, number, eq(certificates.gatewayId, row.id));
  return { set: own.set, writes: [...writes, former, ...own.writes], touched };
}

/**
 * What an update of a gateway means for IKEv2; see `enableIkev2`.
 * @param row as it shall be, but for IKEv2
 * @throws SallyportError `pool_exhausted` or `limit_reached`
 */
export async function updateIkev2(
  scope: TenantScope,
  number: number,
  before: GatewayRow,
  row: GatewayRow,
  isWanted: boolean,
): Promise<Ikev2Writes> {
  if (isWanted && !before.ikev2) return enableIkev2(scope, number, row);
  if (!isWanted && before.ikev2) return disableIkev2(scope, number, row);
  if (isWanted && before.endpointHost !== row.endpointHost) return moveHost(scope, number, row);
  return { set: {}, writes: [], touched: [] };
}
