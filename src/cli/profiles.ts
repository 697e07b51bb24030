// Keys made on this machine, and the files that hold them. The private key never leaves it.

import { accessSync, constants, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Device, deviceDetailSchema } from '../model/device.ts';
import type { WireguardConnection } from '../model/wireguard.ts';
import { generateWireguardKeyPair } from '../pki/wireguard-key.ts';
import { wireguardFilenames } from '../render/client/filename.ts';
import { renderWireguardClient } from '../render/client/wireguard.ts';
import { messageOf, refused, usage } from './failure.ts';
import type { Session } from './session.ts';

export interface WrittenProfile {
  gatewayId: string;
  gatewayName: string;
  filename: string;
  path: string;
  text: string;
}

export interface Issued {
  device: Device;
  connections: readonly WireguardConnection[];
}

/** Makes sure that the folder is there and can be written to, before anything is sent. */
export function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw usage(`cannot write to the folder ${folder}: ${messageOf(error)}`);
  }
}

function writeProfiles(
  folder: string,
  connections: readonly WireguardConnection[],
  privateKey: string,
): WrittenProfile[] {
  const names = connections.map(({ gatewayName }) => gatewayName);
  const filenames = wireguardFilenames(names, readdirSync(folder));
  return connections.map((connection, index) => {
    const filename = filenames[index] ?? '';
    const path = join(folder, filename);
    const text = renderWireguardClient(connection, privateKey);
    // "wx" fails rather than overwrite what appeared since the folder was read.
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    const { gatewayId, gatewayName } = connection;
    return { gatewayId, gatewayName, filename, path, text };
  });
}

/**
 * Makes a key pair, has its public part accepted, and writes a file for each gateway.
 * @param accept sends the public key and returns the device with its connections
 * @param again what to do if the files cannot be written after the key was accepted
 */
export async function issue(
  folder: string,
  accept: (publicKey: string) => Promise<Issued>,
  again: (device: Device) => string,
): Promise<{ device: Device; profiles: WrittenProfile[] }> {
  prepare(folder);
  const { privateKey, publicKey } = await generateWireguardKeyPair();
  const { device, connections } = await accept(publicKey);
  if (connections.length === 0)
    throw refused(`${device.id} has its key, but no gateway to connect to yet`, [
      'There is nothing to write until a gateway of the device is enrolled. Then:',
      again(device),
    ]);
  try {
    return { device, profiles: writeProfiles(folder, connections, privateKey) };
  } catch (error) {
    const notes = [`${device.id} has a key now that nobody holds. To replace it:`, again(device)];
    throw refused(`cannot write the profile: ${messageOf(error)}`, notes, error);
  }
}

/** Indented, as commands in notes are. */
export const reissueCommand = ({ id }: Device) =>
  `  sallyport device reissue ${id} --make-key --out <folder>`;

/** The connections of a device that was just given its key. */
export async function connectionsOf(session: Session, device: Device): Promise<Issued> {
  try {
    const { value } = await session.send({
      method: 'GET',
      path: `${session.tenantPath()}/devices/${device.id}`,
      answer: deviceDetailSchema,
    });
    return { device, connections: value.connections };
  } catch (error) {
    const notes = [`${device.id} has a key now that nobody holds. To replace it:`];
    throw refused(`no profile: ${messageOf(error)}`, [...notes, reissueCommand(device)], error);
  }
}

/** What was written, as text for people or as JSON without the keys. */
export function showIssued(
  session: Session,
  { device, profiles }: { device: Device; profiles: readonly WrittenProfile[] },
  view: string,
): void {
  if (session.json) {
    const files = profiles.map(({ gatewayId, filename, path }) => ({ gatewayId, filename, path }));
    // As of every kind; this one has neither.
    const none = { password: null, values: [] };
    session.shell.out(`${JSON.stringify({ device, profiles: files, ...none })}\n`);
    return;
  }
  const lines = profiles.map(({ path }) => `  ${path}\n`).join('');
  const prose = session.prose('Written, readable by you alone, as it holds the private key:');
  session.shell.out(`${view}\n${prose}${lines}`);
}
