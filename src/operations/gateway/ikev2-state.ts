// What a gateway's document says of IKEv2: from rows, as all of it.

import { and, asc, eq, gt, max, sql } from 'drizzle-orm';
import { prepared } from '../../db/prepared.ts';
import { tenant } from '../../db/schema/tenant.ts';
import { certificates, ikev2Peers } from '../../db/schema/tenant-pki.ts';
import type { Ikev2Change, Ikev2Section } from '../../model/ikev2.ts';
import type { AuthorityRow } from '../authority/living.ts';
import type { GatewayRow } from './view.ts';

type PeerRow = typeof ikev2Peers.$inferSelect;

/** What there is to tell besides the gateway's row. */
export interface Ikev2Rows {
  /** The newest first. */
  authorities: readonly AuthorityRow[];
  changed: readonly PeerRow[];
  /** The revision that last revoked a certificate. */
  revocations: number;
  withoutRevocations: Ikev2Section['withoutRevocations'];
}

const ofGateway = eq(ikev2Peers.gatewayId, sql.placeholder('gatewayId'));

export const livingIkev2Peers = prepared((build) =>
  build
    .select()
    .from(ikev2Peers)
    .where(and(ofGateway, eq(ikev2Peers.removed, false)))
    .orderBy(asc(ikev2Peers.revision)),
);
export const ikev2PeersSince = prepared((build) =>
  build
    .select()
    .from(ikev2Peers)
    .where(and(ofGateway, gt(ikev2Peers.revision, sql.placeholder('since'))))
    .orderBy(asc(ikev2Peers.revision)),
);
export const newestRevocation = prepared((build) =>
  build.select({ revision: max(certificates.revokedRevision) }).from(certificates),
);

export const tenantPolicy = prepared((build) =>
  build.select({ policy: tenant.policy }).from(tenant),
);

export function ikev2Section(
  row: GatewayRow,
  { authorities, withoutRevocations }: Ikev2Rows,
): Ikev2Section | undefined {
  const { ikePool4, ikePool6, certificate } = row;
  if (ikePool4 === null || ikePool6 === null) return undefined;
  return {
    identity: row.endpointHost,
    certificate,
    authorities: authorities.map(({ id, certificate }) => ({ id, certificate })),
    pools: { v4: ikePool4, v6: ikePool6 },
    routes: row.routes,
    dns: row.dns,
    withoutRevocations,
  };
}

export function ikev2Change(
  { ikev2Digest }: GatewayRow,
  { changed, revocations }: Ikev2Rows,
  isWhole: boolean,
): Ikev2Change {
  const upsert = changed.filter(({ removed }) => !removed);
  const gone = changed.filter(({ removed }) => removed);
  return {
    upsert: upsert.map(({ deviceId, identity }) => ({ id: deviceId, identity })),
    remove: isWhole ? [] : gone.map(({ deviceId }) => deviceId),
    digest: ikev2Digest,
    revocations,
  };
}
