// The files of each kind of profile, with their names and media types.

import { toUtf8 } from '../../model/encoding.ts';
import type {
  Ikev2ProfileInput,
  Ikev2ProfileKind,
  PasswordProfileInput,
  PasswordProfileKind,
  ProfileKind,
  RenderedProfile,
  WireguardProfileInput,
  WireguardProfileKind,
} from '../../model/profile.ts';
import { renderSswan } from './android.ts';
import { connectionNames, profileFilenames, wireguardFilenames } from './filename.ts';
import { renderMobileconfig, renderWireguardMobileconfig } from './mobileconfig.ts';
import { renderPasswordMobileconfig } from './mobileconfig-password.ts';
import { renderNetworkManager, renderWireguardKeyfile } from './networkmanager.ts';
import { authorityFilename } from './password.ts';
import { renderIpsec, renderSwanctl } from './strongswan.ts';
import { renderWindows } from './windows.ts';
import { renderWireguardClient } from './wireguard.ts';

export type ProfileRequest =
  | { kind: Ikev2ProfileKind; input: Ikev2ProfileInput }
  | { kind: WireguardProfileKind; input: WireguardProfileInput }
  | { kind: PasswordProfileKind; input: PasswordProfileInput };

/** Puts a file into a signature around it (CMS); null leaves Apple's profiles unsigned. */
export type SignProfile = ((content: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>) | null;

const mediaTypes = {
  // Nothing that a browser would rather show than save.
  plain: 'application/octet-stream',
  apple: 'application/x-apple-aspen-config',
  strongswan: 'application/vnd.strongswan.profile',
  pkcs12: 'application/x-pkcs12',
  authority: 'application/x-x509-ca-cert',
  tar: 'application/x-tar',
} as const;

function file(
  kind: ProfileKind,
  mediaType: keyof typeof mediaTypes,
  filename: string,
  content: string | Uint8Array,
): RenderedProfile {
  return { kind, filename, mediaType: mediaTypes[mediaType], content };
}

/** The name of a file for all gateways together. */
function nameOf({ deviceName }: { deviceName: string }, extension: string): string {
  return profileFilenames([deviceName], extension)[0] ?? '';
}

async function apple(
  kind: ProfileKind,
  sign: SignProfile,
  filename: string,
  xml: string,
): Promise<RenderedProfile> {
  const content = sign === null ? xml : await sign(toUtf8(xml));
  return file(kind, 'apple', filename, content);
}

/** One file for each gateway, named after it. */
async function each<Connection extends { gatewayName: string }>(
  connections: readonly Connection[],
  filenames: readonly string[],
  render: (connection: Connection, filename: string) => Promise<RenderedProfile>,
): Promise<RenderedProfile[]> {
  return Promise.all(connections.map((one, index) => render(one, filenames[index] ?? '')));
}

function gatewayNames({ connections }: { connections: readonly { gatewayName: string }[] }) {
  return connections.map(({ gatewayName }) => gatewayName);
}

function renderWireguard(input: WireguardProfileInput): Promise<RenderedProfile[]> {
  const filenames = wireguardFilenames(gatewayNames(input));
  return each(input.connections, filenames, async (to, filename) =>
    file('wireguard', 'plain', filename, renderWireguardClient(to, input.privateKey)),
  );
}

function renderKeyfiles(input: WireguardProfileInput): Promise<RenderedProfile[]> {
  const kind = 'wireguard-networkmanager';
  const names = connectionNames(gatewayNames(input), mostOfInterface);
  const filenames = names.map((name) => `${name}.nmconnection`);
  return each(input.connections, filenames, async (to, filename) => {
    const name = filename.replace(/\.nmconnection$/, '');
    return file(kind, 'plain', filename, await renderWireguardKeyfile(input, to, name));
  });
}

/** IFNAMSIZ of Linux, without the zero at its end. */
const mostOfInterface = 15;

async function wireguardMobileconfigs(input: WireguardProfileInput, sign: SignProfile) {
  const kind = 'wireguard-mobileconfig';
  const platforms = ['ios', 'macos'] as const;
  return Promise.all(
    platforms.map(async (platform) => {
      const xml = await renderWireguardMobileconfig(input, platform);
      return apple(kind, sign, nameOf(input, `${platform}.mobileconfig`), xml);
    }),
  );
}

/**
 * Every file of a kind for a device: one for all of its gateways where the client takes that.
 * @throws RangeError if an address or a key is none; it never shows a key
 */
export async function renderProfiles(
  request: ProfileRequest,
  sign: SignProfile = null,
): Promise<RenderedProfile[]> {
  switch (request.kind) {
    case 'wireguard':
      return renderWireguard(request.input);
    case 'wireguard-mobileconfig':
      return wireguardMobileconfigs(request.input, sign);
    case 'wireguard-networkmanager':
      return renderKeyfiles(request.input);
    case 'mobileconfig': {
      const { kind, input } = request;
      const xml = await renderMobileconfig(input);
      return [await apple(kind, sign, nameOf(input, 'mobileconfig'), xml)];
    }
    case 'mobileconfig-password': {
      const { kind, input } = request;
      const xml = await renderPasswordMobileconfig(input);
      return [await apple(kind, sign, nameOf(input, 'mobileconfig'), xml)];
    }
    case 'android-password':
    case 'password': {
      const { kind, input } = request;
      return input.authorities.map(({ certificate }, index) =>
        file(kind, 'authority', authorityFilename(index), certificate),
      );
    }
    case 'windows': {
      const { kind, input } = request;
      return [file(kind, 'plain', nameOf(input, 'ps1'), await renderWindows(input))];
    }
    case 'sswan': {
      const { kind, input } = request;
      const filenames = profileFilenames(gatewayNames(input), 'sswan');
      return each(input.connections, filenames, async (to, filename) =>
        file(kind, 'strongswan', filename, await renderSswan(input, to)),
      );
    }
    case 'android': {
      const { kind, input } = request;
      return [file(kind, 'pkcs12', nameOf(input, 'p12'), input.pkcs12)];
    }
    case 'networkmanager': {
      const { kind, input } = request;
      return [file(kind, 'tar', nameOf(input, `${kind}.tar`), await renderNetworkManager(input))];
    }
    case 'swanctl': {
      const { kind, input } = request;
      return [file(kind, 'tar', nameOf(input, `${kind}.tar`), renderSwanctl(input))];
    }
    case 'ipsec': {
      const { kind, input } = request;
      return [file(kind, 'tar', nameOf(input, `${kind}.tar`), renderIpsec(input))];
    }
  }
}
