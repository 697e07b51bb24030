// What the agent says about the gateway: what it really reached, by which programs.

import { emptyPeerDigest } from '../model/desired-state.ts';
import type { ObservedState } from '../model/observed-state.ts';
import type { Reading } from './counters.ts';
import type { Host } from './host.ts';
import { attempt } from './linux.ts';
import type { Reached } from './state.ts';
import { agentVersion } from './version.ts';

export type Versions = ObservedState['versions'];

const versionLength = 64;

async function versionOf(host: Host, argv: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await attempt(host, argv);
  const version = /\bv?(\d+\.\d[\w.-]*)/.exec(stdout)?.[1];
  return code === 0 ? version?.slice(0, versionLength) : undefined;
}

/** Which versions of what we use are on the machine; what cannot be asked is left out. */
export async function readVersions(host: Host): Promise<Versions> {
  const kernel = host.readText('/proc/sys/kernel/osrelease')?.trim().slice(0, versionLength);
  const wireguard = await versionOf(host, ['wg', '--version']);
  const nftables = await versionOf(host, ['nft', '--version']);
  return {
    agent: agentVersion,
    ...(kernel ? { kernel } : {}),
    ...(wireguard ? { wireguard } : {}),
    ...(nftables ? { nftables } : {}),
  };
}

/** The report of a gateway that is there, or nowhere yet. */
export function buildReport(
  reached: Reached | undefined,
  sections: ObservedState['sections'],
  versions: Versions,
  more: Reading | Pick<ObservedState, 'ikev2' | 'receipts'> = {},
): ObservedState {
  return {
    revision: reached?.revision ?? 0,
    sections,
    peerDigest: reached?.digest ?? emptyPeerDigest,
    peerCount: reached?.peers ?? 0,
    versions,
    peers: [],
    ...more,
  };
}
