// Configuration profiles of iOS, iPadOS and macOS: one file with all gateways of a device.

import type {
  Ikev2Connection,
  Ikev2ProfileInput,
  OnDemand,
  ProfileSubject,
  WireguardProfileInput,
} from '../../model/profile.ts';
import { formatEndpoint, type WireguardConnection } from '../../model/wireguard.ts';
import { ikev2OnDemand, wireguardOnDemand } from './on-demand.ts';
import { type Dictionary, plistText, renderPlist } from './plist.ts';
import { stableUuid, uuidOf } from './stable-uuid.ts';
import { renderWireguardClient } from './wireguard.ts';

// How a system tells what is new in a profile from what it has: a profile whose PayloadIdentifier
// it knows replaces the one that is there, so that is made of the device. Within it, a payload with
// both identifier and UUID known is updated where it is, and any other is added, and what is not in
// the new profile goes. A VPN keeps its place, its switch and its name in the list over a reissue,
// so its UUID is made of device and gateway; a key or a root is a new thing whenever its bytes are,
// so its UUID is made of those. The UUID of the whole is new with each issue, as Apple asks.
// The profiles for the two protocols can be on a device together.
type Protocol = 'ikev2' | 'wireguard';

function identifierOf({ tenantId, deviceId }: ProfileSubject, protocol: Protocol): string {
  return `internal.sallyport.${plain(tenantId)}.${plain(deviceId)}.${protocol}`;
}

/** Identifiers are reverse DNS: an id without its prefix is a label. */
function plain(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}

interface Payload {
  protocol: Protocol;
  type: string;
  /** Behind the identifier of the whole. */
  part: string;
  uuid: string;
  title: string;
  contents: Dictionary;
}

function payload(subject: ProfileSubject, draft: Payload): Dictionary {
  const { protocol, type, part, uuid, title, contents } = draft;
  return {
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `${identifierOf(subject, protocol)}.${part}`,
    PayloadUUID: uuid.toUpperCase(),
    PayloadDisplayName: plistText(title),
    ...contents,
  };
}

function titleOf({ tenantName }: ProfileSubject): string {
  return `${tenantName} VPN`;
}

async function webClip(subject: ProfileSubject, protocol: Protocol): Promise<Dictionary[]> {
  const { portalUrl, tenantId, deviceId } = subject;
  if (portalUrl === null) return [];
  const title = titleOf(subject);
  const clip = payload(subject, {
    protocol,
    type: 'com.apple.webClip.managed',
    part: 'portal',
    uuid: await stableUuid('web clip', protocol, tenantId, deviceId),
    title,
    contents: { URL: plistText(portalUrl), Label: plistText(title), IsRemovable: true },
  });
  return [clip];
}

async function profile(
  subject: ProfileSubject,
  protocol: Protocol,
  more: Dictionary,
  payloads: Dictionary[],
): Promise<string> {
  const { removeAt, tenantName, deviceName } = subject;
  return renderPlist({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifierOf(subject, protocol),
    PayloadUUID: subject.uuid().toUpperCase(),
    PayloadDisplayName: plistText(titleOf(subject)),
    PayloadDescription: plistText(`VPN for ${deviceName}`),
    PayloadOrganization: plistText(tenantName),
    PayloadRemovalDisallowed: false,
    ...(removeAt === null ? {} : { RemovalDate: new Date(removeAt) }),
    ...more,
    PayloadContent: [...payloads, ...(await webClip(subject, protocol))],
  });
}

const certificateTypes = { 'ec-p256': 'ECDSA256', 'ec-p384': 'ECDSA384', 'rsa-3072': 'RSA' };

/** What Apple takes. */
const mtu = { least: 1280, most: 1400 };

// Older systems take 3DES where nothing is said. With GCM the integrity algorithm is the PRF.
const algorithms = {
  EncryptionAlgorithm: 'AES-256-GCM',
  IntegrityAlgorithm: 'SHA2-256',
  DiffieHellmanGroup: 19,
};
/** Children are rekeyed before the whole, or some versions drop the tunnel. */
const lifetimeMinutes = { ike: 1440, child: 480 };

/** Whatever a device proves itself with. */
export type Ikev2Subject = ProfileSubject &
  Pick<Ikev2ProfileInput, 'identity' | 'authorities' | 'connections'>;

/** How the two prove themselves. */
export interface Proofs {
  /** What the gateway calls itself. */
  remote: string;
  own: Dictionary;
}

function certified(input: Ikev2ProfileInput, { host }: Ikev2Connection, identity: string): Proofs {
  return {
    remote: host,
    own: {
      AuthenticationMethod: 'Certificate',
      ExtendedAuthEnabled: 0,
      PayloadCertificateUUID: identity.toUpperCase(),
      CertificateType: certificateTypes[input.keyType],
    },
  };
}

function ikev2Of(input: Ikev2Subject, connection: Ikev2Connection, { remote, own }: Proofs) {
  const [authority] = input.authorities;
  return {
    RemoteAddress: connection.host,
    RemoteIdentifier: remote,
    LocalIdentifier: input.identity,
    ...own,
    // The type asks for it, and it makes the system ask the gateway for its certificate.
    ServerCertificateIssuerCommonName: plistText(authority?.commonName ?? ''),
    ServerCertificateCommonName: remote,
    IKESecurityAssociationParameters: { ...algorithms, LifeTimeInMinutes: lifetimeMinutes.ike },
    ChildSecurityAssociationParameters: { ...algorithms, LifeTimeInMinutes: lifetimeMinutes.child },
    EnablePFS: 1,
    DeadPeerDetectionRate: 'Medium',
    DisableMOBIKE: 0,
    DisableRedirect: 1,
    UseConfigurationAttributeInternalIPSubnet: 0,
    EnableCertificateRevocationCheck: 0,
    MTU: Math.min(mtu.most, Math.max(mtu.least, connection.mtu)),
  };
}

/** Only one VPN can wait for its cue: it is that of the first gateway. */
const off: OnDemand = { mode: 'off', excludedSsids: [], probe: false };

/** Servers for all names: an empty domain stands for every one. */
function dnsOf(servers: readonly string[]): Dictionary {
  if (servers.length === 0) return {};
  const domains = { SupplementalMatchDomains: [''] };
  return { DNS: { DNSProtocol: 'Cleartext', ServerAddresses: [...servers], ...domains } };
}

function vpnTitle(subject: ProfileSubject, gatewayName: string): string {
  return `${subject.tenantName} ${gatewayName}`;
}

async function ikev2Payload(
  input: Ikev2Subject,
  connection: Ikev2Connection,
  proofs: Proofs,
  isFirst: boolean,
): Promise<Dictionary> {
  const title = vpnTitle(input, connection.gatewayName);
  return payload(input, {
    protocol: 'ikev2',
    type: 'com.apple.vpn.managed',
    part: `vpn.${plain(connection.gatewayId)}`,
    uuid: await stableUuid('ikev2', input.tenantId, input.deviceId, connection.gatewayId),
    title,
    contents: {
      UserDefinedName: plistText(title),
      VPNType: 'IKEv2',
      IKEv2: {
        ...ikev2Of(input, connection, proofs),
        ...ikev2OnDemand(isFirst ? input.onDemand : off),
      },
      ...dnsOf(connection.dns),
    },
  });
}

async function rootPayloads(input: Ikev2Subject): Promise<Dictionary[]> {
  return Promise.all(
    input.authorities.map(async ({ certificate, commonName }, index) =>
      payload(input, {
        protocol: 'ikev2',
        type: 'com.apple.security.root',
        part: `root.${index + 1}`,
        uuid: await uuidOf(certificate),
        title: commonName,
        contents: {
          PayloadCertificateFileName: `root-${index + 1}.cer`,
          PayloadContent: Uint8Array.from(certificate),
        },
      }),
    ),
  );
}

/** A profile for the system's own IKEv2 client, with what the device proves itself by in front. */
export async function ikev2Profile(
  input: Ikev2Subject,
  first: Dictionary[],
  proofs: (to: Ikev2Connection) => Proofs,
): Promise<string> {
  const roots = await rootPayloads(input);
  const vpns = await Promise.all(
    input.connections.map((one, index) => ikev2Payload(input, one, proofs(one), index === 0)),
  );
  return profile(input, 'ikev2', {}, [...first, ...roots, ...vpns]);
}

/** The XML of a profile for the system's own IKEv2 client, not yet signed. */
export async function renderMobileconfig(input: Ikev2ProfileInput): Promise<string> {
  const identity = await uuidOf(input.certificate);
  const bundle = payload(input, {
    protocol: 'ikev2',
    type: 'com.apple.security.pkcs12',
    part: 'identity',
    uuid: identity,
    title: input.identity,
    contents: {
      PayloadCertificateFileName: 'identity.p12',
      PayloadContent: Uint8Array.from(input.pkcs12),
      Password: input.password,
      // On macOS, where it is true if nothing is said.
      KeyIsExtractable: false,
    },
  });
  return ikev2Profile(input, [bundle], (to) => certified(input, to, identity));
}

/** The apps of the two systems have their own identifiers, and a profile works in one of them. */
const wireguardApps = {
  ios: { subtype: 'com.wireguard.ios', device: 1, other: 'Cellular' },
  macos: { subtype: 'com.wireguard.macos', device: 5, other: 'Ethernet' },
} as const;

async function wireguardPayload(
  input: WireguardProfileInput,
  connection: WireguardConnection,
  platform: keyof typeof wireguardApps,
  isFirst: boolean,
): Promise<Dictionary> {
  const { subtype, other } = wireguardApps[platform];
  const { tenantId, deviceId, privateKey } = input;
  const title = vpnTitle(input, connection.gatewayName);
  return payload(input, {
    protocol: 'wireguard',
    type: 'com.apple.vpn.managed',
    part: `vpn.${plain(connection.gatewayId)}`,
    uuid: await stableUuid('wireguard', platform, tenantId, deviceId, connection.gatewayId),
    title,
    contents: {
      UserDefinedName: plistText(title),
      VPNType: 'VPN',
      VPNSubType: subtype,
      VendorConfig: { WgQuickConfig: renderWireguardClient(connection, privateKey) },
      VPN: {
        RemoteAddress: formatEndpoint(connection.endpoint),
        AuthenticationMethod: 'Password',
        ...wireguardOnDemand(isFirst ? input.onDemand : off, other),
      },
    },
  });
}

/** The XML of a profile for the WireGuard app of one system, not yet signed. */
export async function renderWireguardMobileconfig(
  input: WireguardProfileInput,
  platform: keyof typeof wireguardApps,
): Promise<string> {
  const payloads = await Promise.all(
    input.connections.map((one, index) => wireguardPayload(input, one, platform, index === 0)),
  );
  const target = { TargetDeviceType: wireguardApps[platform].device };
  return profile(input, 'wireguard', target, payloads);
}
