// An authority's list of revoked certificates (CRL), made from the rows when somebody asks.

import { and, desc, eq, gt, isNotNull } from 'drizzle-orm';
import { authorities, certificates } from '../../db/schema/tenant-pki.ts';
import { fromHex, toPem } from '../../model/encoding.ts';
import { notFound } from '../../model/errors.ts';
import { idSchema } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { issueCrl } from '../../pki/crl.ts';
import type { Bytes } from '../../pki/der.ts';
import { newestRevocation } from '../gateway/state-rows.ts';
import type { Services, TenantScope } from '../services.ts';
import { type AuthorityRow, issuerOf } from './living.ts';

type Scope = Pick<TenantScope, 'services' | 'tenantId' | 'db'>;

const dayMilliseconds = 24 * 3_600_000;

async function sign(scope: Scope, authority: AuthorityRow): Promise<Bytes> {
  const { db, services } = scope;
  const now = services.now();
  const { serial, revokedAt, revokedRevision, notAfter, authorityId } = certificates;
  const [rows] = await db.run(
    db.build
      .select({ serial, revokedAt })
      .from(certificates)
      .where(and(eq(authorityId, authority.id), isNotNull(revokedRevision), gt(notAfter, now)))
      .orderBy(desc(revokedRevision))
      .limit(limits.revokedCertificatesPerList),
  );
  return issueCrl({
    issuer: await issuerOf(scope, authority),
    // Two lists of one second may differ.
    number: now,
    thisUpdate: now,
    nextUpdate: now + limits.revocationListDays * dayMilliseconds,
    revoked: rows.map((row) => ({
      serial: fromHex(row.serial) ?? new Uint8Array(),
      revokedAt: row.revokedAt ?? now,
    })),
  });
}

/** @throws SallyportError `not_found`, also for an authority that was retired */
async function revocationList(scope: Scope, authorityId: string): Promise<Bytes> {
  const { db, services } = scope;
  const [[authority], [newest]] = await db.run(
    db.build.select().from(authorities).where(eq(authorities.id, authorityId)),
    newestRevocation({}),
  );
  if (!authority || authority.status === 'retired') throw notFound('authority', authorityId);
  const key = `${authorityId} ${newest?.revision ?? 0}`;
  const known = services.revocationLists.get(key);
  if (known) return known;
  const list = await sign(scope, authority);
  const until = services.now() + limits.revocationListCacheMilliseconds;
  services.revocationLists.set(key, list, until);
  return list;
}

/** gateway.revocations: for the agent, in PEM. */
export async function revocationsForGateway(
  scope: TenantScope,
  authorityId: string,
): Promise<string> {
  return toPem('X509 CRL', await revocationList(scope, authorityId));
}

/** For whoever reads the address in a certificate, in DER. */
export async function publicRevocations(
  services: Services,
  tenantId: string,
  authorityId: string,
): Promise<Bytes> {
  const isId = idSchema('tenant').safeParse(tenantId).success;
  const db = isId ? await services.tenants.open(tenantId) : undefined;
  if (!db) throw notFound('authority', authorityId);
  return revocationList({ services, tenantId, db }, authorityId);
}
