// Makes a tenant's authorities: each for one domain, when its first gateway is made.

import { desc } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { tenant } from '../../db/schema/tenant.ts';
import { authorities } from '../../db/schema/tenant-pki.ts';
import { authorityCommonName, domainOf, permits } from '../../model/authority.ts';
import { toBase64 } from '../../model/encoding.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { identityDomainOf } from '../../model/ikev2.ts';
import { limits } from '../../model/limits.ts';
import { issueAuthority, serialFrom } from '../../pki/certificate.ts';
import { generateKey, importSigner } from '../../pki/key.ts';
import { recertify } from '../gateway/certificate.ts';
import type { PeerWrites } from '../peers.ts';
import type { TenantScope } from '../services.ts';
import { validityOf } from './issue.ts';
import { type AuthorityRow, keyPurpose, readLiving } from './living.ts';

async function readForAuthority({ db, tenantId }: TenantScope) {
  const [[self], [newest]] = await db.run(
    db.build.select({ name: tenant.name }).from(tenant),
    db.build
      .select({ generation: authorities.generation })
      .from(authorities)
      .orderBy(desc(authorities.generation))
      .limit(1),
  );
  if (!self) throw notFound('tenant', tenantId);
  return { name: self.name, generation: (newest?.generation ?? 0) + 1 };
}

/**
 * An active authority for this domain, beside those that live.
 * @throws SallyportError `limit_reached`
 */
export async function newAuthority(
  scope: TenantScope,
  number: number,
  domain: string,
  living: readonly AuthorityRow[],
): Promise<{ row: AuthorityRow; writes: [Query] }> {
  const { db, services, tenantId } = scope;
  if (living.length >= limits.authoritiesPerTenant)
    throw new SallyportError(
      'limit_reached',
      `A tenant has at most ${limits.authoritiesPerTenant} authorities that are trusted.`,
      { wayOut: 'Retire one, or give gateways names in one domain: they share an authority.' },
    );
  const { name, generation } = await readForAuthority(scope);
  const key = await generateKey('ec-p256');
  const now = services.now();
  const validity = validityOf(now, limits.authorityCertificateDays);
  const certificate = await issueAuthority({
    ...validity,
    name: { organization: name, unit: `G${generation}`, commonName: authorityCommonName(tenantId) },
    signer: await importSigner(key),
    serial: serialFrom(services.random(16)),
    // Addresses can only be named as DNS would: strongSwan before 5.9.12 reads no other constraint.
    permitted: [
      { kind: 'dns', value: domain },
      { kind: 'email', value: identityDomainOf(tenantId) },
    ],
  });
  const id = newId('authority', services.random);
  const row: AuthorityRow = {
    id,
    generation,
    status: 'active',
    certificate: toBase64(certificate),
    privateKey: await services.keys.sealer.seal(toBase64(key.privateKey), keyPurpose(id)),
    domain,
    createdAt: now,
    expiresAt: validity.notAfter,
    createdRevision: number,
    revision: number,
  };
  return { row, writes: [db.build.insert(authorities).values(row)] };
}

/**
 * The living authorities, of which an active one may vouch for the host. It is made while there is
 * none; all gateways let in its devices then.
 * @throws SallyportError `limit_reached`
 */
export async function authoritiesFor(
  scope: TenantScope,
  number: number,
  host: string,
): Promise<PeerWrites & { living: AuthorityRow[] }> {
  const living = await readLiving(scope);
  const isThere = living.some(({ status, domain }) => status === 'active' && permits(domain, host));
  if (isThere) return { living, writes: [], touched: [] };
  const { row, writes } = await newAuthority(scope, number, domainOf(host), living);
  const all = [row, ...living];
  const told = await recertify(scope, number, all);
  return { living: all, writes: [...writes, ...told.writes], touched: told.touched };
}
