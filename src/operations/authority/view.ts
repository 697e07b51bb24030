import { and, count, gt, inArray, isNotNull, isNull } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { certificates } from '../../db/schema/tenant-pki.ts';
import type { Authority } from '../../model/authority.ts';
import { toHex, toPem } from '../../model/encoding.ts';
import type { TenantScope } from '../services.ts';
import { countDependents } from './dependents.ts';
import { type AuthorityRow, readLiving, storedDer } from './living.ts';

/** How many devices and gateways have a certificate of each that is good now. */
async function countHolders({ db, services }: TenantScope, ids: string[]) {
  const { authorityId, deviceId, revokedRevision, notAfter } = certificates;
  const good = and(
    inArray(authorityId, ids),
    isNotNull(deviceId),
    isNull(revokedRevision),
    gt(notAfter, services.now()),
  );
  const { certificateAuthority } = gateways;
  const [ofDevices, ofGateways] = await db.run(
    db.build
      .select({ id: authorityId, holders: count() })
      .from(certificates)
      .where(good)
      .groupBy(authorityId),
    db.build
      .select({ id: certificateAuthority, holders: count() })
      .from(gateways)
      .where(isNotNull(certificateAuthority))
      .groupBy(certificateAuthority),
  );
  return {
    devices: new Map(ofDevices.map(({ id, holders }) => [id, holders])),
    gateways: new Map(ofGateways.map(({ id, holders }) => [id, holders])),
  };
}

async function fingerprintOf(der: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', der)));
}

/** Authorities as the API shows them. */
export async function authorityViews(
  scope: TenantScope,
  rows: readonly AuthorityRow[],
): Promise<Authority[]> {
  const holders = await countHolders(
    scope,
    rows.map(({ id }) => id),
  );
  const living = await readLiving(scope);
  return Promise.all(
    rows.map(async (row) => {
      const der = storedDer(row.certificate);
      return {
        id: row.id,
        generation: row.generation,
        status: row.status,
        certificate: toPem('CERTIFICATE', der),
        fingerprint: await fingerprintOf(der),
        domain: row.domain,
        deviceCertificates: holders.devices.get(row.id) ?? 0,
        dependentDevices: await countDependents(scope, row, living),
        gateways: holders.gateways.get(row.id) ?? 0,
        revision: row.revision,
        createdAt: new Date(row.createdAt).toISOString(),
        expiresAt: new Date(row.expiresAt).toISOString(),
      };
    }),
  );
}

export async function authorityView(scope: TenantScope, row: AuthorityRow): Promise<Authority> {
  const [view] = await authorityViews(scope, [row]);
  if (!view) throw new Error('one row gives one view');
  return view;
}
