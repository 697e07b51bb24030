// What this gateway is, for the person in front of it. Reads only.

import type { Enrolled } from './identity.ts';
import { Charon } from './ikev2/charon.ts';
import type { Ikev2State } from './ikev2/devices.ts';
import { CharonError } from './ikev2/line.ts';
import { Sessions } from './ikev2/sessions.ts';
import { agentLimits } from './limits.ts';
import type { Machine } from './machine.ts';
import { observe } from './observe.ts';
import { plan } from './plan.ts';
import { Store } from './store.ts';
import { agentVersion } from './version.ts';

export interface Status {
  agent: string;
  gateway: { id: string; name: string; url: string; publicKey: string };
  /** The last good revision, or null before the first. */
  revision: number | null;
  /** The revision that was being applied when the agent ended, or null. */
  pending: number | null;
  interface: { name: string; up: boolean; listenPort: number | null; addresses: string[] };
  peers: { desired: number; present: number; online: number };
  firewall: 'loaded' | 'missing';
  /** Null on a gateway without IKEv2. */
  ikev2: { devices: number; connected: number | null; strongswan: string | null } | null;
  /** Steps that a reconcile would take; 0 when the machine is as it shall be. */
  drift: number;
}

async function readIkev2(
  { host, viciSocket }: Machine,
  state: Ikev2State,
): Promise<Status['ikev2']> {
  const devices = state.devices.size;
  const charon = new Charon(host, viciSocket);
  try {
    const sessions = new Sessions();
    sessions.set(await charon.associations(), host.now());
    const strongswan = await charon.version();
    return { devices, connected: sessions.devices(state), strongswan };
  } catch (error) {
    if (error instanceof CharonError) return { devices, connected: null, strongswan: null };
    throw error;
  }
}

/** Reads the state directory and the machine. Throws if either cannot be read. */
export async function readStatus(machine: Machine, enrolled: Enrolled): Promise<Status> {
  const { host, files, interfaceName, keys } = machine;
  const { state, pending } = new Store(host, files, enrolled.gatewayId).load();
  const observed = await observe(machine);
  const present = [...(observed.wireguard?.peers.values() ?? [])];
  const onlineSince = host.now() / 1000 - agentLimits.onlineSeconds;
  return {
    agent: agentVersion,
    gateway: {
      id: enrolled.gatewayId,
      name: enrolled.gatewayName,
      url: enrolled.url,
      publicKey: keys.publicKey,
    },
    revision: state?.revision ?? null,
    pending: pending?.revision ?? null,
    interface: {
      name: interfaceName,
      up: observed.link?.up ?? false,
      listenPort: observed.wireguard?.listenPort ?? null,
      addresses: observed.link?.addresses ?? [],
    },
    peers: {
      desired: state?.peers.size ?? 0,
      present: present.length,
      online: present.filter(({ latestHandshake }) => latestHandshake > onlineSince).length,
    },
    firewall: observed.listing === undefined ? 'missing' : 'loaded',
    ikev2: state?.ikev2 ? await readIkev2(machine, state.ikev2) : null,
    drift: state ? plan(machine, state, observed).length : 0,
  };
}

function ikev2Words({ devices, connected, strongswan }: NonNullable<Status['ikev2']>): string {
  const now = connected === null ? 'charon does not answer' : `${connected} connected`;
  return `${devices} desired, ${now}${strongswan === null ? '' : `, strongSwan ${strongswan}`}`;
}

/** The status as a table of two columns. */
export function formatStatus(status: Status): string {
  const { gateway, peers } = status;
  const link = status.interface;
  const rows: [string, string][] = [
    ['gateway', `${JSON.stringify(gateway.name)} (${gateway.id})`],
    ['control plane', gateway.url],
    ['revision', status.revision === null ? 'none yet' : `${status.revision}`],
    ...(status.pending === null ? [] : [['pending', `${status.pending}`] as [string, string]]),
    ['interface', `${link.name}, ${link.up ? `up, port ${link.listenPort}` : 'down'}`],
    ['addresses', link.addresses.join(', ') || 'none'],
    ['public key', gateway.publicKey],
    ['devices', `${peers.desired} desired, ${peers.present} present, ${peers.online} online`],
    ['firewall', status.firewall],
    ...(status.ikev2 === null ? [] : [['IKEv2', ikev2Words(status.ikev2)] as [string, string]]),
    ['drift', status.drift === 0 ? 'none' : `${status.drift} steps (see sallyport-agent plan)`],
    ['agent', status.agent],
  ];
  return rows.map(([name, value]) => `${name.padEnd(14)}${value}`).join('\n');
}
