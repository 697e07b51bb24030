// A device's password for IKEv2, for clients that take no certificate: made here, kept sealed
// because its gateways need it, and shown once. It takes the place of a certificate.

import { and, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { credentials, devices, gateways, tenant } from '../db/schema/tenant.ts';
import { certificates, ikev2Peers } from '../db/schema/tenant-pki.ts';
import { SallyportError } from '../model/errors.ts';
import { base32, newId } from '../model/ids.ts';
import { passwordHost, passwordIdentity } from '../model/ikev2.ts';
import { limits } from '../model/limits.ts';
import type { PasswordProfileKind } from '../model/profile.ts';
import { readLiving } from './authority/living.ts';
import {
  retireIkev2,
  revokeCertificates,
  rootsOf,
  type TrustedAuthority,
  withoutCertificate,
} from './certificate.ts';
import type { GatewayRow } from './gateway/view.ts';
import { addIkev2Peers, moveIkev2Peers } from './ikev2-peers.ts';
import type { PeerWrites } from './peers.ts';
import type { TenantScope } from './services.ts';

/** Everything that a profile with a password needs. */
export interface DevicePassword {
  identity: string;
  password: string;
  /** To be trusted for gateways. */
  authorities: TrustedAuthority[];
}

/** What seals a password to its place. */
export function passwordPurpose(deviceId: string): string {
  return `password ${deviceId}`;
}

/** Whether devices can come in at this gateway with passwords. */
export function takesPasswords({ ikev2, certificate, endpointHost }: GatewayRow): boolean {
  return ikev2 && certificate !== null && passwordHost(endpointHost) !== null;
}

export async function allowsPasswords({ db }: TenantScope): Promise<boolean> {
  const [[self]] = await db.run(db.build.select({ policy: tenant.policy }).from(tenant));
  return self?.policy.ikev2Passwords === 'on';
}

async function readGateways(scope: TenantScope, gatewayIds: string[]): Promise<GatewayRow[]> {
  const { db } = scope;
  if (!(await allowsPasswords(scope)))
    throw new SallyportError('forbidden', 'This tenant gives out no passwords for IKEv2.', {
      wayOut: 'Take a profile with a certificate, or have an owner switch ikev2Passwords on.',
    });
  const wanted = and(inArray(gateways.id, gatewayIds), eq(gateways.ikev2, true));
  const [rows] = await db.run(db.build.select().from(gateways).where(wanted));
  if (rows.some(takesPasswords)) return rows;
  throw new SallyportError('gateway_not_ready', 'No gateway of this device takes passwords.', {
    wayOut: 'It takes one that speaks IKEv2, is ready, and is reached by a name, not an address.',
  });
}

/**
 * Gives the device a password in place of its certificate or its former password; its WireGuard key
 * stays. Belongs into `commit`.
 * @throws SallyportError `forbidden` by the tenant's policy, `gateway_not_ready`, `limit_reached`
 */
export async function issuePassword(
  scope: TenantScope,
  number: number,
  device: { id: string },
  profile: PasswordProfileKind,
  gatewayIds: string[],
): Promise<PeerWrites & { issued: DevicePassword; sealed: string }> {
  const { db, services, tenantId } = scope;
  const rows = await readGateways(scope, gatewayIds);
  const id = newId('credential', services.random);
  const identity = passwordIdentity(id);
  const password = base32(services.random(limits.passwordBytes));
  const sealed = await services.keys.sealer.seal(password, passwordPurpose(device.id));
  const peers = await addIkev2Peers(scope, number, { id: device.id, identity }, rows);
  const credential = {
    ...{ id, deviceId: device.id, protocol: 'password' as const },
    ...{ publicKey: identity, profile, createdRevision: number },
  };
  const shown = { ikev2Identity: identity, ikev2ExpiresAt: null, ikev2Secret: sealed };
  return {
    writes: [
      retireIkev2(scope, number, device.id),
      revokeCertificates(scope, number, eq(certificates.deviceId, device.id)),
      db.build.insert(credentials).values(credential),
      db.build
        .update(devices)
        .set({ ...shown, status: 'active', revision: number })
        .where(eq(devices.id, device.id)),
      ...peers.writes,
    ],
    touched: peers.touched,
    issued: { identity, password, authorities: rootsOf(tenantId, await readLiving(scope)) },
    sealed,
  };
}

/** Ends every password of the tenant: devices with nothing else wait for a link. */
export async function withdrawPasswords(scope: TenantScope, number: number): Promise<PeerWrites> {
  const { db } = scope;
  const has = isNotNull(devices.ikev2Secret);
  const theirs = db.build.select({ id: devices.id }).from(devices).where(has);
  const { writes, touched } = await moveIkev2Peers(
    scope,
    number,
    inArray(ikev2Peers.deviceId, theirs),
    'drop',
  );
  const living = and(eq(credentials.protocol, 'password'), isNull(credentials.retiredRevision));
  const status = sql`case when ${devices.publicKey} is null then 'pending' else 'active' end`;
  return {
    writes: [
      ...writes,
      db.build.update(credentials).set({ retiredRevision: number }).where(living),
      db.build
        .update(devices)
        .set({ ...withoutCertificate, status, revision: number })
        .where(has),
    ],
    touched,
  };
}
