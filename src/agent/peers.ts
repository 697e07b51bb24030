// Steps that change peers on the interface one by one, touching no other.

import type { Host } from './host.ts';
import { agentLimits } from './limits.ts';
import { attempt } from './linux.ts';
import type { PeerChange } from './state.ts';
import type { Step } from './step.ts';

function argumentsOf({ set, remove }: PeerChange): string[][] {
  return [
    // Adds go first: a device that changes its key is never without a peer, and an address that
    // moves is taken from its old peer by the kernel.
    ...set.map(({ publicKey, addresses }) => [
      'peer',
      publicKey,
      'allowed-ips',
      addresses.join(','),
    ]),
    ...remove.map((publicKey) => ['peer', publicKey, 'remove']),
  ];
}

function forgetting(address: string): string[] {
  const [host = ''] = address.split('/');
  const family = host.includes(':') ? ['-f', 'ipv6'] : [];
  return ['conntrack', '-D', ...family, '-s', host];
}

function forget(address: string): Step {
  return { section: 'wireguard', kind: 'run', argv: forgetting(address), bestEffort: true };
}

/** Makes the kernel forget the flows from an address, if it can. */
export async function forgetFlows(host: Host, address: string): Promise<void> {
  await attempt(host, forgetting(address));
}

/** `wg set` for the peers that change, then the flows of devices that were cut. */
export function peerSteps(interfaceName: string, change: PeerChange): Step[] {
  const parts = argumentsOf(change);
  const steps: Step[] = [];
  for (let i = 0; i < parts.length; i += agentLimits.peersPerCommand) {
    const some = parts.slice(i, i + agentLimits.peersPerCommand).flat();
    steps.push({ section: 'wireguard', kind: 'run', argv: ['wg', 'set', interfaceName, ...some] });
  }
  return [...steps, ...change.flush.slice(0, agentLimits.conntrackFlushes).map(forget)];
}
