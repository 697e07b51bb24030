// Makes a tenant's authority: the first when it is needed, later ones in its place.

import { and, desc, inArray, isNotNull, ne } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { gateways, tenant } from '../../db/schema/tenant.ts';
import { authorities, certificates } from '../../db/schema/tenant-pki.ts';
import { authorityCommonName, permits, permittedHostOf } from '../../model/authority.ts';
import { parseAddress } from '../../model/cidr.ts';
import { toBase64 } from '../../model/encoding.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { identityDomainOf } from '../../model/ikev2.ts';
import { limits } from '../../model/limits.ts';
import {
  type GeneralName,
  issueAuthority,
  namesOfHost,
  serialFrom,
} from '../../pki/certificate.ts';
import { generateKey, importSigner } from '../../pki/key.ts';
import { recertify } from '../gateway/certificate.ts';
import type { PeerWrites } from '../peers.ts';
import type { TenantScope } from '../services.ts';
import { validityOf } from './issue.ts';
import { type AuthorityRow, activeOf, keyPurpose, readLiving } from './living.ts';

async function readForAuthority({ db, tenantId }: TenantScope) {
  const [[self], hosts, [newest]] = await db.run(
    db.build.select({ name: tenant.name }).from(tenant),
    db.build.select({ host: gateways.endpointHost }).from(gateways),
    db.build
      .select({ generation: authorities.generation })
      .from(authorities)
      .orderBy(desc(authorities.generation))
      .limit(1),
  );
  if (!self) throw notFound('tenant', tenantId);
  const generation = (newest?.generation ?? 0) + 1;
  return { name: self.name, hosts: hosts.map(({ host }) => host), generation };
}

function permittedNames(hosts: readonly string[], tenantId: string): GeneralName[] {
  const names = hosts.flatMap((host) =>
    parseAddress(host) ? namesOfHost(host) : [{ kind: 'dns' as const, value: host }],
  );
  return [...names, { kind: 'email', value: identityDomainOf(tenantId) }];
}

/** A new active authority for the gateways there are, and for one of this host that is to come. */
export async function newAuthority(
  scope: TenantScope,
  number: number,
  host?: string,
): Promise<{ row: AuthorityRow; writes: [Query] }> {
  const { db, services, tenantId } = scope;
  const { name, hosts, generation } = await readForAuthority(scope);
  const all = host === undefined ? hosts : [...hosts, host];
  const permittedHosts = [...new Set(all.map(permittedHostOf))].sort();
  const key = await generateKey('ec-p256');
  const now = services.now();
  const validity = validityOf(now, limits.authorityCertificateDays);
  const certificate = await issueAuthority({
    ...validity,
    name: { organization: name, unit: `G${generation}`, commonName: authorityCommonName(tenantId) },
    signer: await importSigner(key),
    serial: serialFrom(services.random(16)),
    permitted: permittedNames(permittedHosts, tenantId),
  });
  const id = newId('authority', services.random);
  const row: AuthorityRow = {
    id,
    generation,
    status: 'active',
    certificate: toBase64(certificate),
    privateKey: await services.keys.sealer.seal(toBase64(key.privateKey), keyPurpose(id)),
    permittedHosts,
    createdAt: now,
    expiresAt: validity.notAfter,
    createdRevision: number,
    revision: number,
  };
  return { row, writes: [db.build.insert(authorities).values(row)] };
}

/** Whether a device has, or ever had, a certificate of these. */
async function haveIssued({ db }: TenantScope, living: readonly AuthorityRow[]): Promise<boolean> {
  const ids = living.map(({ id }) => id);
  const issued = and(inArray(certificates.authorityId, ids), isNotNull(certificates.deviceId));
  const query = db.build.select({ id: certificates.id }).from(certificates);
  const [rows] = await db.run(query.where(issued).limit(1));
  return rows.length > 0;
}

/** Nobody trusts it any more, and it signs nothing any more. */
export const retired = { status: 'retired', privateKey: '' } as const;

/**
 * The living authorities, of which the active one may vouch for the host. While there is none it is
 * made, and made anew while no device knows it.
 * @throws SallyportError `name_not_permitted`
 */
export async function authoritiesFor(
  scope: TenantScope,
  number: number,
  host: string,
): Promise<PeerWrites & { living: AuthorityRow[] }> {
  const { db } = scope;
  const living = await readLiving(scope);
  if (living.length > 0) {
    if (permits(activeOf(living).permittedHosts, host)) return { living, writes: [], touched: [] };
    if (await haveIssued(scope, living))
      throw new SallyportError(
        'name_not_permitted',
        `Devices trust the tenant's authority for other hosts than ${host}.`,
        { wayOut: 'Rotate the authority, and have devices get new profiles before you retire it.' },
      );
  }
  const { row, writes } = await newAuthority(scope, number, host);
  const { writes: shown, touched } = await recertify(scope, number, [row]);
  const unknown = ne(authorities.status, 'retired');
  return {
    living: [row],
    writes: [
      db.build
        .update(authorities)
        .set({ ...retired, revision: number })
        .where(unknown),
      ...writes,
      ...shown,
    ],
    touched,
  };
}
