// Profiles of every kind, with keys made on this machine. What is sent is the public part.

import { existsSync, writeFileSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import type { z } from 'zod';
import { authorityCommonName } from '../model/authority.ts';
import { type RedeemedLink, redeemedLinkSchema, type redeemLinkSchema } from '../model/device.ts';
import { fromBase64 } from '../model/encoding.ts';
import { limits } from '../model/limits.ts';
import { createdLinkSchema } from '../model/link.ts';
import {
  type Ikev2ProfileKind,
  type PasswordProfileKind,
  type ProfileKind,
  type ProfileSubject,
  profileTraits,
  type RenderedProfile,
  type WireguardProfileKind,
} from '../model/profile.ts';
import { signCms } from '../pki/cms.ts';
import { makeCertificateRequest } from '../pki/csr.ts';
import { generateKey, importSigner } from '../pki/key.ts';
import { makePkcs12, newBundlePassword } from '../pki/pkcs12.ts';
import { generateWireguardKeyPair } from '../pki/wireguard-key.ts';
import { type IssuedFiles, renderIssued } from '../render/client/issued.ts';
import { renderProfiles } from '../render/client/profiles.ts';
import { messageOf, refused } from './failure.ts';
import { type Field, record } from './output.ts';
import { prepare } from './profiles.ts';
import type { Session } from './session.ts';

/** Sends the public part of the key, with the kind of the profile. */
type Ask = (body: Omit<z.input<typeof redeemLinkSchema>, 'token'>) => Promise<RedeemedLink>;

export interface Redeemed {
  device: RedeemedLink['device'];
  paths: string[];
  password: string | null;
  values: RedeemedLink['values'];
}

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

function subjectOf({ tenant, device }: RedeemedLink): ProfileSubject {
  return {
    tenantId: tenant.id,
    tenantName: tenant.name,
    deviceId: device.id,
    deviceName: device.name,
    onDemand: device.onDemand,
    portalUrl: tenant.portalUrl,
    removeAt: device.expiresAt === null ? null : Date.parse(device.expiresAt),
    uuid: () => crypto.randomUUID(),
  };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(fromBase64(base64) ?? []);
}

type Made = {
  redeemed: RedeemedLink;
  issued: Omit<IssuedFiles, 'values'> & Pick<RedeemedLink, 'values'>;
};

async function withWireguard(kind: WireguardProfileKind, ask: Ask): Promise<Made> {
  const { privateKey, publicKey } = await generateWireguardKeyPair();
  const redeemed = await ask({ profile: kind, publicKey });
  const input = { ...subjectOf(redeemed), connections: redeemed.connections, privateKey };
  const files = await renderProfiles({ kind, input });
  return { redeemed, issued: { files, password: null, values: [] } };
}

async function withCertificate(kind: Ikev2ProfileKind, ask: Ask): Promise<Made> {
  const { keyType } = profileTraits[kind];
  const key = await generateKey(keyType);
  const signer = await importSigner(key);
  const certificateRequest = await makeCertificateRequest(signer);
  const redeemed = await ask({ profile: kind, certificateRequest });
  const { ikev2, tenant } = redeemed;
  if (!ikev2) throw refused('the control plane gave no certificate', []);
  const certificate = bytesOf(ikev2.certificate);
  const roots = ikev2.authorities.map(bytesOf);
  const commonName = authorityCommonName(tenant.id);
  const issued = {
    ...subjectOf(redeemed),
    ...{ identity: ikev2.identity, keyType, certificate, privateKey: key.privateKey },
    ...{ expiresAt: Date.parse(ikev2.expiresAt), connections: ikev2.connections },
    authorities: roots.map((root) => ({ certificate: root, commonName })),
  };
  const files = await renderIssued(kind, issued, {
    newPassword: () => newBundlePassword(random),
    makePkcs12: (bundle) => makePkcs12({ ...bundle, random }),
    sign: (content) => signCms(content, signer, [certificate, ...roots], Date.now()),
  });
  return { redeemed, issued: files };
}

/** Nothing is made here: the control plane makes the password, since gateways need it. */
async function withPassword(kind: PasswordProfileKind, ask: Ask): Promise<Made> {
  const redeemed = await ask({ profile: kind });
  const files = redeemed.profiles.map(({ filename, mediaType, encoding, content }) => ({
    ...{ kind, filename, mediaType },
    content: encoding === 'text' ? content : bytesOf(content),
  }));
  const { password, values } = redeemed;
  return { redeemed, issued: { files, password, values } };
}

/** A path that nothing has yet: the link is used up, so nothing may keep the file from being. */
function freePath(folder: string, filename: string): string {
  const { name, ext } = parse(filename);
  let path = join(folder, filename);
  for (let count = 2; existsSync(path); count++) path = join(folder, `${name}-${count}${ext}`);
  return path;
}

function write(folder: string, { filename, content }: RenderedProfile): string {
  const path = freePath(folder, filename);
  writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
  return path;
}

function isWireguard(kind: ProfileKind): kind is WireguardProfileKind {
  return profileTraits[kind].protocol === 'wireguard';
}

function isPassword(kind: ProfileKind): kind is PasswordProfileKind {
  return profileTraits[kind].protocol === 'password';
}

function make(kind: ProfileKind, ask: Ask): Promise<Made> {
  if (isWireguard(kind)) return withWireguard(kind, ask);
  return isPassword(kind) ? withPassword(kind, ask) : withCertificate(kind, ask);
}

/** Makes a key, has it accepted, and writes the files. */
export async function redeemInto(folder: string, kind: ProfileKind, ask: Ask): Promise<Redeemed> {
  prepare(folder);
  const { redeemed, issued } = await make(kind, ask);
  const { device } = redeemed;
  try {
    const { files, password, values } = issued;
    return { device, password, values, paths: files.map((file) => write(folder, file)) };
  } catch (error) {
    const notes = [`${device.id} has a key now that nobody holds. Make a new link for it.`];
    throw refused(`cannot write the profile: ${messageOf(error)}`, notes, error);
  }
}

/** Makes a link for the device that was just made, and uses it up. */
export async function redeemFor(
  session: Session,
  device: { id: string },
  folder: string,
  kind: ProfileKind,
): Promise<Redeemed> {
  const path = `${session.tenantPath()}/links`;
  const body = { deviceId: device.id, expiresInSeconds: limits.linkInPlaceSeconds };
  const made = await session.send({ method: 'POST', path, body, answer: createdLinkSchema });
  const token = new URL(made.value.url).pathname.replace('/l/', '');
  return redeemInto(folder, kind, async (key) => {
    const request = { method: 'POST', path: '/v1/links/redeem', body: { token, ...key } } as const;
    return (await session.send({ ...request, answer: redeemedLinkSchema })).value;
  });
}

/** What was written, and what is typed where a client asks; as JSON without keys. */
export function showRedeemed(session: Session, redeemed: Redeemed): void {
  const { device, paths, password, values } = redeemed;
  if (session.json) {
    const profiles = paths.map((path) => ({ filename: basename(path), path }));
    session.shell.out(`${JSON.stringify({ device, profiles, password, values })}\n`);
    return;
  }
  const fields: Field[] = [['device', `${device.name} (${device.id})`]];
  if (password !== null) fields.push(['password', password]);
  const typed = values.map(({ name, type, server, remoteIdentifier, identifier, certificate }) =>
    record([
      ['name', name],
      ['type', type],
      ['server', server],
      ...(remoteIdentifier === undefined ? [] : [['remote id', remoteIdentifier] as Field]),
      ['identifier', identifier],
      ['certificate', certificate],
    ]),
  );
  const prose = session.prose('Written, readable by you alone, as it holds the private key:');
  const lines = paths.map((path) => `  ${path}\n`).join('');
  session.shell.out([record(fields), ...typed, `${prose}${lines}`].join('\n'));
}
