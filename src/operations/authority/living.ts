// The authorities that gateways trust, and how they sign.

import { desc, eq, ne } from 'drizzle-orm';
import { prepared } from '../../db/prepared.ts';
import { authorities } from '../../db/schema/tenant-pki.ts';
import { permits } from '../../model/authority.ts';
import { fromBase64 } from '../../model/encoding.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { type Issuer, readCertificate } from '../../pki/certificate.ts';
import type { Bytes } from '../../pki/der.ts';
import { importSigner } from '../../pki/key.ts';
import type { TenantScope } from '../services.ts';

export type AuthorityRow = typeof authorities.$inferSelect;

/** The living ones, the newest first. */
export const livingAuthorities = prepared((build) =>
  build
    .select()
    .from(authorities)
    .where(ne(authorities.status, 'retired'))
    .orderBy(desc(authorities.generation)),
);

export async function readLiving({ db }: TenantScope): Promise<AuthorityRow[]> {
  const [rows] = await db.run(livingAuthorities({}));
  return rows;
}

/** @throws SallyportError `not_found` */
export async function readAuthority({ db }: TenantScope, id: string): Promise<AuthorityRow> {
  const [[row]] = await db.run(db.build.select().from(authorities).where(eq(authorities.id, id)));
  if (!row) throw notFound('authority', id);
  return row;
}

/** What was stored as DER in base64. */
export function storedDer(text: string): Bytes {
  const der = fromBase64(text);
  if (!der) throw new Error('what is stored as base64 is none');
  return der;
}

/** What seals an authority's key to its place. */
export function keyPurpose(authorityId: string): string {
  return `authority ${authorityId}`;
}

/** The one that issues for devices: any that stays would do. */
export function activeOf(living: readonly AuthorityRow[]): AuthorityRow {
  const active = living.findLast(({ status }) => status === 'active');
  if (active) return active;
  throw new SallyportError('gateway_not_ready', 'No gateway of this tenant speaks IKEv2.', {
    wayOut: 'Make a gateway with IKEv2 first.',
  });
}

/** The one whose certificate a gateway shows: the oldest, because most devices trust it. */
export function vouchingFor(
  living: readonly AuthorityRow[],
  host: string,
): AuthorityRow | undefined {
  return living.findLast(({ domain }) => permits(domain, host));
}

/** Signs as this authority. */
export async function issuerOf(
  { services }: Pick<TenantScope, 'services'>,
  row: AuthorityRow,
): Promise<Issuer> {
  const opened = await services.keys.sealer.open(row.privateKey, keyPurpose(row.id));
  const { subject, spki } = readCertificate(storedDer(row.certificate));
  return { name: subject, signer: await importSigner({ privateKey: storedDer(opened), spki }) };
}
