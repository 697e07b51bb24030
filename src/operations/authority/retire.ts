// authority.retire: no gateway trusts it any more, and none shows a certificate of it. Devices that
// have no newer certificate are cut.

import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { credentials, devices } from '../../db/schema/tenant.ts';
import { authorities, certificates, ikev2Peers } from '../../db/schema/tenant-pki.ts';
import type { Authority } from '../../model/authority.ts';
import { SallyportError } from '../../model/errors.ts';
import { revokeCertificates, withoutCertificate } from '../certificate.ts';
import { commit } from '../commit.ts';
import { recertify } from '../gateway/certificate.ts';
import { moveIkev2Peers } from '../ikev2-peers.ts';
import type { PeerWrites } from '../peers.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { countDependents } from './dependents.ts';
import { type AuthorityRow, readAuthority, readLiving } from './living.ts';
import { authorityView } from './view.ts';

function refuseActive({ status }: AuthorityRow): void {
  if (status !== 'active') return;
  throw new SallyportError('authority_active', 'This authority still issues certificates.', {
    wayOut: 'Rotate it first; then it can be retired.',
  });
}

/** Cuts the devices whose certificate it issued. As many statements however many there are. */
async function cutDevices(scope: TenantScope, number: number, id: string): Promise<PeerWrites> {
  const { db } = scope;
  const good = and(eq(certificates.authorityId, id), isNull(certificates.revokedRevision));
  const whose = db.build.select({ id: certificates.deviceId }).from(certificates).where(good);
  const which = db.build.select({ id: certificates.id }).from(certificates).where(good);
  const { writes, touched } = await moveIkev2Peers(
    scope,
    number,
    inArray(ikev2Peers.deviceId, whose),
    'drop',
  );
  const certified = inArray(devices.id, whose);
  const bare = and(certified, eq(devices.status, 'active'), isNull(devices.publicKey));
  const rows: Query[] = [
    db.build.update(devices).set({ status: 'pending' }).where(bare),
    db.build
      .update(devices)
      .set({ ...withoutCertificate, revision: number })
      .where(certified),
    db.build
      .update(credentials)
      .set({ retiredRevision: number })
      .where(inArray(credentials.id, which)),
    // Last, because the others go by it.
    revokeCertificates(scope, number, eq(certificates.authorityId, id)),
  ];
  return { writes: [...writes, ...rows], touched };
}

/** Nobody trusts it any more, and it signs nothing any more. */
const retired = { status: 'retired', privateKey: '' } as const;

/** Twice is the same as once. */
export async function retireAuthority(scope: TenantScope, id: string): Promise<Authority> {
  const { db } = scope;
  requireWholeTenant(scope);
  const known = await readAuthority(scope, id);
  refuseActive(known);
  if (known.status === 'retired') return authorityView(scope, known);
  await commit(scope, 'authority.retire', async (number) => {
    const row = await readAuthority(scope, id);
    refuseActive(row);
    const living = await readLiving(scope);
    const left = living.filter((one) => one.id !== id);
    const dependentDevices = await countDependents(scope, row, living);
    const cut = await cutDevices(scope, number, id);
    const told = await recertify(scope, number, left);
    return {
      subject: id,
      summary: { generation: row.generation, dependentDevices },
      writes: [
        ...cut.writes,
        ...told.writes,
        db.build
          .update(authorities)
          .set({ ...retired, revision: number })
          .where(eq(authorities.id, id)),
      ],
      touched: [...new Set([...cut.touched, ...told.touched])],
      result: undefined,
    };
  });
  return authorityView(scope, await readAuthority(scope, id));
}
