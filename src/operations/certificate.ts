// A device's certificate: issued for a public key, withdrawn when it is replaced or revoked.

import { and, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import type { Query } from '../db/database.ts';
import { credentials, devices, gateways } from '../db/schema/tenant.ts';
import { certificates, ikev2Peers } from '../db/schema/tenant-pki.ts';
import { authorityCommonName } from '../model/authority.ts';
import { toBase64, toHex } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { newId } from '../model/ids.ts';
import { deviceIdentity } from '../model/ikev2.ts';
import { limits } from '../model/limits.ts';
import type { Ikev2ProfileKind } from '../model/profile.ts';
import { issueDevice, serialFrom } from '../pki/certificate.ts';
import type { Bytes } from '../pki/der.ts';
import { refuseWeak } from '../pki/key.ts';
import { crlUrl, validityOf } from './authority/issue.ts';
import {
  type AuthorityRow,
  activeOf,
  issuerOf,
  readLiving,
  storedDer,
} from './authority/living.ts';
import type { DeviceRow } from './device/view.ts';
import type { GatewayRow } from './gateway/view.ts';
import { addIkev2Peers, moveIkev2Peers } from './ikev2-peers.ts';
import type { PeerWrites } from './peers.ts';
import type { TenantScope } from './services.ts';

/** An authority that a profile trusts for gateways. */
export interface TrustedAuthority {
  id: string;
  /** DER. */
  certificate: Bytes;
  commonName: string;
}

/** Everything of a device's certificate that a profile needs, but for the private key. */
export interface DeviceCertificate {
  /** What the device calls itself (IDi). */
  identity: string;
  /** DER. */
  certificate: Bytes;
  /** Unix time in milliseconds. */
  expiresAt: number;
  authorities: TrustedAuthority[];
}

/** All that live, the oldest first. */
export function rootsOf(tenantId: string, living: readonly AuthorityRow[]): TrustedAuthority[] {
  const commonName = authorityCommonName(tenantId);
  return living
    .map(({ id, certificate }) => ({ id, certificate: storedDer(certificate), commonName }))
    .reverse();
}

/** Puts these on the list of the revoked. */
export function revokeCertificates(
  { db, services }: TenantScope,
  number: number,
  which: SQL,
): Query {
  return db.build
    .update(certificates)
    .set({ revokedAt: services.now(), revokedRevision: number })
    .where(and(which, isNull(certificates.revokedRevision)));
}

/** Retires what the device comes in with by IKEv2. */
export function retireIkev2({ db }: TenantScope, number: number, deviceId: string): Query {
  const living = and(
    eq(credentials.deviceId, deviceId),
    inArray(credentials.protocol, ['ikev2', 'password']),
    isNull(credentials.retiredRevision),
  );
  return db.build.update(credentials).set({ retiredRevision: number }).where(living);
}

/** Those of the gateways where the device can come in with a certificate. */
async function readGateways({ db }: TenantScope, gatewayIds: string[]): Promise<GatewayRow[]> {
  const wanted = and(inArray(gateways.id, gatewayIds), eq(gateways.ikev2, true));
  const [rows] = await db.run(db.build.select().from(gateways).where(wanted));
  if (rows.some(({ certificate }) => certificate !== null)) return rows;
  throw new SallyportError(
    'gateway_not_ready',
    rows.length === 0
      ? 'No gateway of this device speaks IKEv2.'
      : 'No gateway of this device is ready for IKEv2 yet.',
    { wayOut: 'Try again later, or use WireGuard.' },
  );
}

async function sign(
  scope: TenantScope,
  authority: AuthorityRow,
  spki: Bytes,
  names: { id: string; identity: string },
  notAfterMost: number,
) {
  const { services } = scope;
  const serial = serialFrom(services.random(16));
  const validity = validityOf(services.now(), limits.deviceCertificateDays, notAfterMost);
  const der = await issueDevice({
    ...validity,
    issuer: await issuerOf(scope, authority),
    serial,
    subject: { commonName: names.identity },
    spki,
    names: [{ kind: 'email', value: names.identity }],
    crlUrl: crlUrl(scope, authority.id),
  });
  const row = { ...names, ...validity, authorityId: authority.id, serial: toHex(serial) };
  return { der, row };
}

/** Certificates know no others. */
function wholeSeconds(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

async function keyHash(spki: Bytes): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', spki)));
}

/**
 * Issues the device's only certificate, good at those of the gateways that speak IKEv2; whatever
 * certificate or password it had is revoked, and its WireGuard key stays. Belongs into `commit`.
 * @param spki SubjectPublicKeyInfo of the device's key, a new one
 * @param profile what its client imports
 * @throws SallyportError `invalid_input` for a weak key, `gateway_not_ready`, `limit_reached`, and
 * by way of `commit` `public_key_in_use`
 */
export async function issueCertificate(
  scope: TenantScope,
  number: number,
  device: Pick<DeviceRow, 'id' | 'expiresAt'>,
  { spki, profile }: { spki: Bytes; profile: Ikev2ProfileKind },
  gatewayIds: string[],
): Promise<PeerWrites & { issued: DeviceCertificate }> {
  const { db, services, tenantId } = scope;
  refuseWeak(spki);
  const rows = await readGateways(scope, gatewayIds);
  const living = await readLiving(scope);
  const id = newId('credential', services.random);
  const identity = deviceIdentity(device.id, id, tenantId);
  const authority = activeOf(living);
  // Nor does it outlive its device.
  const notAfterMost = Math.min(authority.expiresAt, wholeSeconds(device.expiresAt ?? Infinity));
  const { der, row } = await sign(scope, authority, spki, { id, identity }, notAfterMost);
  const peers = await addIkev2Peers(scope, number, { id: device.id, identity }, rows);
  const credential = {
    ...{ id, deviceId: device.id, protocol: 'ikev2' as const },
    ...{ publicKey: await keyHash(spki), profile, createdRevision: number },
  };
  const shown = { ikev2Identity: identity, ikev2ExpiresAt: row.notAfter, ikev2Secret: null };
  return {
    writes: [
      retireIkev2(scope, number, device.id),
      revokeCertificates(scope, number, eq(certificates.deviceId, device.id)),
      db.build.insert(credentials).values(credential),
      db.build.insert(certificates).values({ ...row, deviceId: device.id }),
      db.build
        .update(devices)
        .set({ ...shown, status: 'active', revision: number })
        .where(eq(devices.id, device.id)),
      ...peers.writes,
    ],
    touched: peers.touched,
    issued: {
      identity,
      certificate: der,
      expiresAt: row.notAfter,
      authorities: rootsOf(tenantId, living),
    },
  };
}

/** What a device's row says without a certificate or a password. */
export const withoutCertificate = {
  ikev2Identity: null,
  ikev2ExpiresAt: null,
  ikev2Secret: null,
} as const;

/**
 * Revokes the device's certificate, or its password, if it has one, and takes it off its gateways'
 * lists. The caller writes `withoutCertificate` into the device's row.
 */
export async function withdrawCertificate(
  scope: TenantScope,
  number: number,
  device: { id: string; ikev2Identity: string | null },
): Promise<PeerWrites> {
  if (device.ikev2Identity === null) return { writes: [], touched: [] };
  const mine = eq(ikev2Peers.deviceId, device.id);
  const { writes, touched } = await moveIkev2Peers(scope, number, mine, 'drop');
  return {
    writes: [
      retireIkev2(scope, number, device.id),
      revokeCertificates(scope, number, eq(certificates.deviceId, device.id)),
      ...writes,
    ],
    touched,
  };
}
