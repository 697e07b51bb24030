// Devices that come in by a profile of whatever kind, from the link to the tunnel, by the product's
// own command line.

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type ProfileKind,
  profileTraits,
  type WireguardProfileKind,
} from '../src/model/profile.ts';
import { connectByFile, disconnect } from './ikev2-client.ts';
import type { LabNode } from './node.ts';
import type { Scene } from './scene.ts';
import * as story from './story.ts';
import type { Lab, UsualNode } from './topology.ts';
import { connect } from './wireguard-client.ts';
import { readScreen, readWireguardProfile } from './wireguard-readers.ts';

const typedSchema = z.object({
  server: z.string(),
  remoteIdentifier: z.string().optional(),
  identifier: z.string(),
});
const redeemedSchema = z.object({
  profiles: z.array(z.object({ path: z.string() })).min(1),
  password: z.string().nullable(),
  values: z.array(typedSchema),
  device: z.object({ ikev2: z.object({ identity: z.string() }).nullable() }),
});

export interface Redeemed<Kind extends ProfileKind> {
  /** Of the device. */
  id: string;
  /** What it calls itself by IKEv2; empty by WireGuard. */
  identity: string;
  file: {
    kind: Kind;
    paths: readonly string[];
    password: string | undefined;
    typed: z.infer<typeof typedSchema> | undefined;
  };
}

/** A folder and a command for the user of a device that has a link. */
function userOf(lab: Lab, name: UsualNode, { id, url }: story.Invitation) {
  const folder = join(lab.scratch, name, id);
  mkdirSync(folder, { recursive: true });
  const user = new story.Cli(lab.node(name), new URL(url).origin);
  return { user, redeem: ['link', 'redeem', url, '--out', folder] };
}

/** Redeems a device's link on a machine for files of a kind. */
export async function redeemFor<Kind extends ProfileKind>(
  lab: Lab,
  name: UsualNode,
  invitation: story.Invitation,
  kind: Kind,
): Promise<Redeemed<Kind>> {
  const { user, redeem } = userOf(lab, name, invitation);
  const { device, profiles, password, values } = await user.run(
    redeemedSchema,
    ...[...redeem, '--kind', kind],
  );
  const paths = profiles.map(({ path }) => path);
  const file = { kind, paths, password: password ?? undefined, typed: values[0] };
  return { id: invitation.id, identity: device.ikev2?.identity ?? '', file };
}

/** Makes a device of the owner's and redeems its link on a machine for files of a kind. */
export async function redeem<Kind extends ProfileKind>(
  { lab, tenant }: Scene,
  name: UsualNode,
  kind: Kind,
): Promise<Redeemed<Kind>> {
  const invitation = await story.createDevice(tenant, tenant.ownerId, kind);
  return redeemFor(lab, name, invitation, kind);
}

/** Brings WireGuard's tunnel up by what a .conf file says. */
async function connectByText(node: LabNode, text: string): Promise<void> {
  const path = join(node.files, 'client.conf');
  writeFileSync(path, text, { mode: 0o600 });
  await connect(node, path);
}

function isWireguard(kind: ProfileKind): kind is WireguardProfileKind {
  return profileTraits[kind].protocol === 'wireguard';
}

/** Connects a machine as a new device by a profile of a kind. */
export async function joinBy(scene: Scene, name: UsualNode, kind: ProfileKind): Promise<void> {
  const node = scene.lab.node(name);
  if (isWireguard(kind)) {
    const { file } = await redeem(scene, name, kind);
    return connectByText(node, await readWireguardProfile(node, kind, file.paths));
  }
  const { file } = await redeem(scene, name, kind);
  return connectByFile(node, file);
}

/** The same by the QR code of WireGuard's, as a phone's camera reads it from the screen. */
export async function joinByCode(scene: Scene, name: UsualNode): Promise<void> {
  const node = scene.lab.node(name);
  const invitation = await story.createDevice(scene.tenant, scene.tenant.ownerId, 'phone');
  const { user, redeem } = userOf(scene.lab, name, invitation);
  return connectByText(node, await readScreen(node, await user.show(...redeem, '--qr')));
}

/** Disconnects a machine, whatever it came in by and however far it got. */
export async function leave({ lab }: Scene, name: UsualNode): Promise<void> {
  const node = lab.node(name);
  await disconnect(node);
  const path = join(node.files, 'client.conf');
  if (!existsSync(path)) return;
  await node.exec(['wg-quick', 'down', path], { mayFail: true });
  rmSync(path);
}
