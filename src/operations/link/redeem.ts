// link.redeem: consumes the link and gives the device a credential of the kind that its client
// wants. A key pair made here lives only in the answer.

import { eq } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { links } from '../../db/schema/tenant.ts';
import type { Device, RedeemedLink, RedeemLink } from '../../model/device.ts';
import { toBase64 } from '../../model/encoding.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { passwordHost } from '../../model/ikev2.ts';
import {
  type Ikev2ProfileKind,
  type PasswordProfileKind,
  type ProfileKind,
  type ProfileSubject,
  profileTraits,
  type WireguardProfileKind,
} from '../../model/profile.ts';
import { readCertificateRequest } from '../../pki/csr.ts';
import type { Bytes } from '../../pki/der.ts';
import { type GeneratedKey, generateKey, type KeyType } from '../../pki/key.ts';
import { generateWireguardKeyPair } from '../../pki/wireguard-key.ts';
import { type DeviceCertificate, issueCertificate } from '../certificate.ts';
import { commit } from '../commit.ts';
import { gatewaysForIssue, issueCredential } from '../credential.ts';
import { refuseEnded } from '../device/end.ts';
import { readConnections, readDevice, readIkev2Connections } from '../device/read.ts';
import { bytesLeft } from '../device/usage.ts';
import { type DeviceRow, deviceView } from '../device/view.ts';
import { issuePassword } from '../password.ts';
import type { PeerWrites } from '../peers.ts';
import type { Caller, TenantScope } from '../services.ts';
import { readActiveUser } from '../user/read.ts';
import { requireReady } from './offers.ts';
import { type OpenedLink, openLink, refuseClosed } from './open.ts';
import { ikev2Profiles, passwordProfiles, randomUuid, wireguardProfiles } from './profiles.ts';

/** What the device gets, decided with the change. */
interface Grant<T> extends PeerWrites {
  /** What of the device's row is different with it. */
  change: Partial<DeviceRow>;
  summary: Readonly<Record<string, string | null>>;
  given: T;
}

type Protocol = 'wireguard' | 'ikev2' | 'password';

type Decide<T> = (number: number, device: DeviceRow, gatewayIds: string[]) => Promise<Grant<T>>;

/**
 * The device, where it may get something now, and the gateways for it.
 * @throws SallyportError `not_found`, `user_suspended`, `device_ended`, `gateway_not_ready`
 */
async function readReady({ scope, link }: OpenedLink, protocol: Protocol) {
  const row = await readDevice(scope, link.deviceId);
  await readActiveUser(scope, row.userId);
  refuseEnded(scope, row);
  const serving = await gatewaysForIssue(scope, row.id);
  await requireReady(scope, serving.gatewayIds, protocol);
  return { row, ...serving };
}

/** Closes the link and gives out what `grant` decides, in one change. */
async function consume<T>(
  opened: OpenedLink,
  protocol: Protocol,
  grant: Decide<T>,
): Promise<{ device: Device; given: T }> {
  const { scope, link } = opened;
  const { db, services } = scope;
  return commit(scope, 'link.redeem', async (number) => {
    const [[fresh]] = await db.run(db.build.select().from(links).where(eq(links.id, link.id)));
    if (!fresh) throw notFound('link', link.id);
    const usedAt = services.now();
    refuseClosed(fresh, usedAt);
    const { row, gatewayIds, writes: serving } = await readReady(opened, protocol);
    const { writes, touched, change, summary, given } = await grant(number, row, gatewayIds);
    const live = { ...row, ...change, status: 'active' as const, revision: number };
    const close: Query = db.build.update(links).set({ usedAt }).where(eq(links.id, link.id));
    return {
      subject: link.id,
      summary: { deviceId: row.id, ...summary },
      writes: [close, ...serving, ...writes],
      touched,
      usage: bytesLeft(row.userId, usedAt),
      result: { device: deviceView(live, gatewayIds), given },
    };
  });
}

function subjectOf({ scope, tenantName, portalUrl }: OpenedLink, device: Device): ProfileSubject {
  return {
    tenantId: scope.tenantId,
    tenantName,
    deviceId: device.id,
    deviceName: device.name,
    onDemand: device.onDemand,
    portalUrl,
    removeAt: device.expiresAt === null ? null : Date.parse(device.expiresAt),
    uuid: () => randomUuid(scope.services.random),
  };
}

function tenantOf({ scope, tenantName, portalUrl }: OpenedLink): RedeemedLink['tenant'] {
  return { id: scope.tenantId, name: tenantName, portalUrl };
}

async function redeemWireguard(
  opened: OpenedLink,
  kind: WireguardProfileKind,
  own: string | undefined,
): Promise<RedeemedLink> {
  const { scope } = opened;
  const keys = own === undefined ? await generateWireguardKeyPair() : { publicKey: own };
  const { publicKey } = keys;
  const { device } = await consume(opened, 'wireguard', async (number, row, gatewayIds) => ({
    ...(await issueCredential(scope, number, { id: row.id, publicKey }, gatewayIds)),
    change: { publicKey },
    summary: { profile: kind, publicKey, retired: row.publicKey },
    given: undefined,
  }));
  const connections = await readConnections(scope, device.id);
  const input = { ...subjectOf(opened, device), connections };
  const profiles =
    'privateKey' in keys
      ? await wireguardProfiles(scope.services, kind, { ...input, privateKey: keys.privateKey })
      : [];
  const tenant = tenantOf(opened);
  return { tenant, device, connections, ikev2: null, profiles, password: null, values: [] };
}

/** The certificate with what it leads to, as the API shows it. */
async function certificateView(
  scope: TenantScope,
  deviceId: string,
  { identity, certificate, expiresAt, authorities }: DeviceCertificate,
): Promise<NonNullable<RedeemedLink['ikev2']>> {
  return {
    identity,
    certificate: toBase64(certificate),
    expiresAt: new Date(expiresAt).toISOString(),
    authorities: authorities.map((authority) => toBase64(authority.certificate)),
    connections: await readIkev2Connections(scope, deviceId, authorities),
  };
}

/** Makes no key in vain: one of RSA takes its time. */
async function newKey(opened: OpenedLink, keyType: KeyType): Promise<GeneratedKey> {
  await readReady(opened, 'ikev2');
  return generateKey(keyType);
}

async function redeemIkev2(
  opened: OpenedLink,
  kind: Ikev2ProfileKind,
  request: string | undefined,
): Promise<RedeemedLink> {
  const { scope } = opened;
  const { keyType } = profileTraits[kind];
  const key: GeneratedKey | { spki: Bytes } =
    request === undefined
      ? await newKey(opened, keyType)
      : { spki: await readCertificateRequest(request) };
  const asked = { spki: key.spki, profile: kind };
  const { device, given } = await consume(opened, 'ikev2', async (number, row, gatewayIds) => {
    const { issued, ...peers } = await issueCertificate(scope, number, row, asked, gatewayIds);
    const { identity: ikev2Identity, expiresAt: ikev2ExpiresAt } = issued;
    const summary = { profile: kind, identity: ikev2Identity, retired: row.ikev2Identity };
    const change = { ikev2Identity, ikev2ExpiresAt, ikev2Secret: null };
    return { ...peers, change, summary, given: issued };
  });
  const ikev2 = await certificateView(scope, device.id, given);
  const shared = { tenant: tenantOf(opened), device, connections: [], ikev2 };
  if (!('privateKey' in key)) return { ...shared, profiles: [], password: null, values: [] };
  const { connections } = ikev2;
  const issued = { ...subjectOf(opened, device), ...given, ...key, keyType, connections };
  return { ...shared, ...(await ikev2Profiles(scope.services, kind, issued)) };
}

async function redeemPassword(
  opened: OpenedLink,
  kind: PasswordProfileKind,
): Promise<RedeemedLink> {
  const { scope } = opened;
  const { device, given } = await consume(opened, 'password', async (number, row, gatewayIds) => {
    const { issued, sealed, ...peers } = await issuePassword(scope, number, row, kind, gatewayIds);
    const { identity } = issued;
    const change = { ikev2Identity: identity, ikev2ExpiresAt: null, ikev2Secret: sealed };
    const summary = { profile: kind, identity, retired: row.ikev2Identity };
    return { ...peers, change, summary, given: issued };
  });
  const all = await readIkev2Connections(scope, device.id, given.authorities);
  const connections = all.filter(({ host }) => passwordHost(host) !== null);
  const input = { ...subjectOf(opened, device), ...given, connections };
  const tenant = tenantOf(opened);
  return {
    tenant,
    device,
    connections: [],
    ikev2: null,
    ...(await passwordProfiles(scope.services, kind, input)),
  };
}

function refuseForeign(kind: ProfileKind, field: 'publicKey' | 'certificateRequest'): never {
  throw new SallyportError('invalid_input', `A profile of kind ${kind} has another kind of key.`, {
    wayOut: 'Send a public key for WireGuard, a certificate request for IKEv2, or nothing.',
    problems: [{ field, rule: `must be left out for ${kind}` }],
  });
}

function isWireguard(kind: ProfileKind): kind is WireguardProfileKind {
  return profileTraits[kind].protocol === 'wireguard';
}

function isPassword(kind: ProfileKind): kind is PasswordProfileKind {
  return profileTraits[kind].protocol === 'password';
}

/**
 * @throws SallyportError as `openLink` does, `invalid_input`, and `gateway_not_ready`, which
 * consumes nothing
 */
export async function redeemLink(caller: Caller, input: RedeemLink): Promise<RedeemedLink> {
  const { token, profile, publicKey, certificateRequest } = input;
  const opened = await openLink(caller, token);
  if (isWireguard(profile)) {
    if (certificateRequest !== undefined) refuseForeign(profile, 'certificateRequest');
    return redeemWireguard(opened, profile, publicKey);
  }
  if (publicKey !== undefined) refuseForeign(profile, 'publicKey');
  if (!isPassword(profile)) return redeemIkev2(opened, profile, certificateRequest);
  if (certificateRequest !== undefined) refuseForeign(profile, 'certificateRequest');
  return redeemPassword(opened, profile);
}
