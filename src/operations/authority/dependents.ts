// Which devices lose a gateway when an authority is retired: those whose certificate is from it,
// and those whose profile does not trust what the gateway shows then.

import { and, count, eq, gt, inArray, isNotNull, isNull, lt, ne, or, type SQL } from 'drizzle-orm';
import { union } from 'drizzle-orm/sqlite-core';
import { credentials, devices, gateways } from '../../db/schema/tenant.ts';
import { certificates, ikev2Peers } from '../../db/schema/tenant-pki.ts';
import { profileKinds, profileTraits } from '../../model/profile.ts';
import type { TenantScope } from '../services.ts';
import { type AuthorityRow, vouchingFor } from './living.ts';

const oneRoot = profileKinds.filter((kind) => {
  const traits = profileTraits[kind];
  return 'oneRoot' in traits && traits.oneRoot;
});

type Shown = Pick<typeof gateways.$inferSelect, 'id' | 'endpointHost'>;

/** Those of these gateways whose profile is older than the successor, or trusts one root alone. */
function without(successor: AuthorityRow | undefined, gatewayIds: string[]): SQL | undefined {
  const here = inArray(ikev2Peers.gatewayId, gatewayIds);
  if (!successor) return here;
  const older = lt(credentials.createdRevision, successor.createdRevision);
  return and(here, or(older, inArray(credentials.profile, oneRoot)));
}

/** For each of the authorities that could follow at one of its gateways. */
function trusting(
  authority: AuthorityRow,
  living: readonly AuthorityRow[],
  shown: readonly Shown[],
): SQL | undefined {
  const left = living.filter(({ id }) => id !== authority.id);
  // An active one is retired after a rotation, which no profile of today knows the outcome of.
  const following = (host: string) =>
    authority.status === 'active' ? undefined : vouchingFor(left, host);
  const groups = Map.groupBy(shown, ({ endpointHost }) => following(endpointHost));
  const each = [...groups].map(([successor, members]) =>
    without(
      successor,
      members.map(({ id }) => id),
    ),
  );
  return or(...each);
}

/**
 * How many devices need a new profile before this authority is retired.
 * @param living all that are trusted, the newest first
 */
export async function countDependents(
  { db, services }: Pick<TenantScope, 'db' | 'services'>,
  authority: AuthorityRow,
  living: readonly AuthorityRow[],
): Promise<number> {
  if (authority.status === 'retired') return 0;
  const { build } = db;
  const [shown] = await db.run(
    build
      .select({ id: gateways.id, endpointHost: gateways.endpointHost })
      .from(gateways)
      .where(eq(gateways.certificateAuthority, authority.id)),
  );
  const now = services.now();
  const certified = build
    .select({ id: certificates.deviceId })
    .from(certificates)
    .where(
      and(
        eq(certificates.authorityId, authority.id),
        isNotNull(certificates.deviceId),
        isNull(certificates.revokedRevision),
        gt(certificates.notAfter, now),
      ),
    );
  const credentialOfDevice = and(
    eq(credentials.deviceId, ikev2Peers.deviceId),
    ne(credentials.protocol, 'wireguard'),
    isNull(credentials.retiredRevision),
  );
  const admitted = or(eq(ikev2Peers.removed, false), eq(ikev2Peers.held, true));
  const good = or(isNull(devices.ikev2ExpiresAt), gt(devices.ikev2ExpiresAt, now));
  const served = build
    .select({ id: ikev2Peers.deviceId })
    .from(ikev2Peers)
    .innerJoin(devices, eq(devices.id, ikev2Peers.deviceId))
    .innerJoin(credentials, credentialOfDevice)
    .where(and(admitted, good, trusting(authority, living, shown)));
  const all =
    shown.length === 0 ? certified.as('all_devices') : union(certified, served).as('all_devices');
  const [[counted]] = await db.run(build.select({ devices: count() }).from(all));
  return counted?.devices ?? 0;
}
