// A gateway's certificate: for the key that its agent made, from the authority whose turn it is.

import { eq } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { gateways } from '../../db/schema/tenant.ts';
import { certificates } from '../../db/schema/tenant-pki.ts';
import { toBase64, toHex } from '../../model/encoding.ts';
import { newId } from '../../model/ids.ts';
import { passwordHost } from '../../model/ikev2.ts';
import { limits } from '../../model/limits.ts';
import { type GeneralName, issueGateway, namesOfHost, serialFrom } from '../../pki/certificate.ts';
import { crlUrl, validityOf } from '../authority/issue.ts';
import { type AuthorityRow, issuerOf, storedDer, vouchingFor } from '../authority/living.ts';
import type { PeerWrites } from '../peers.ts';
import type { TenantScope } from '../services.ts';
import type { GatewayRow } from './view.ts';

/** Columns of the gateway's row. */
interface Certified {
  ikePublicKey: string;
  certificate: string;
  certificateAuthority: string;
  certificateExpiresAt: number;
}

/** Also the name for devices with passwords, whether there are any or not. */
function namesOf(host: string): GeneralName[] {
  const other = passwordHost(host);
  return [
    ...namesOfHost(host),
    ...(other === null ? [] : [{ kind: 'dns' as const, value: other }]),
  ];
}

/** A certificate for this key: what the gateway's row says then, and what else to write. */
export async function certifyKey(
  scope: TenantScope,
  living: readonly AuthorityRow[],
  { id, endpointHost }: Pick<GatewayRow, 'id' | 'endpointHost'>,
  ikePublicKey: string,
): Promise<{ set: Certified; writes: [Query] }> {
  const { db, services } = scope;
  const authority = vouchingFor(living, endpointHost);
  if (!authority) throw new Error(`no authority vouches for ${endpointHost}`);
  const validity = validityOf(services.now(), limits.gatewayCertificateDays, authority.expiresAt);
  const serial = serialFrom(services.random(16));
  const der = await issueGateway({
    ...validity,
    issuer: await issuerOf(scope, authority),
    serial,
    subject: { commonName: endpointHost },
    spki: storedDer(ikePublicKey),
    names: namesOf(endpointHost),
    crlUrl: crlUrl(scope, authority.id),
  });
  const row = {
    ...validity,
    id: newId('credential', services.random),
    authorityId: authority.id,
    gatewayId: id,
    serial: toHex(serial),
    identity: endpointHost,
  };
  const set = {
    ikePublicKey,
    certificate: toBase64(der),
    certificateAuthority: authority.id,
    certificateExpiresAt: validity.notAfter,
  };
  return { set, writes: [db.build.insert(certificates).values(row)] };
}

/**
 * What the gateways with IKEv2 are told when the living authorities have become these: each shows
 * a certificate of one of them.
 * @param anew whether it is a new one in any case
 */
export async function recertify(
  scope: TenantScope,
  number: number,
  living: readonly AuthorityRow[],
  anew = false,
): Promise<PeerWrites> {
  const { db } = scope;
  const [rows] = await db.run(db.build.select().from(gateways).where(eq(gateways.ikev2, true)));
  const ids = new Set(living.map(({ id }) => id));
  const writes: Query[] = [];
  for (const row of rows) {
    const told = { sectionsRevision: number, revision: number };
    const { ikePublicKey, certificateAuthority } = row;
    const isGood = !anew && certificateAuthority !== null && ids.has(certificateAuthority);
    const own =
      isGood || ikePublicKey === null
        ? { set: {}, writes: [] }
        : await certifyKey(scope, living, row, ikePublicKey);
    writes.push(
      ...own.writes,
      db.build
        .update(gateways)
        .set({ ...own.set, ...told })
        .where(eq(gateways.id, row.id)),
    );
  }
  return { writes, touched: rows.map(({ id }) => id) };
}
