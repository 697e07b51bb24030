// The gateway's WireGuard interface as the complete file that `wg syncconf` reads.

import type { Peer } from '../../model/desired-state.ts';

export interface WireguardServer {
  privateKey: string;
  listenPort: number;
  peers: Iterable<Peer>;
}

function byPublicKey(a: Peer, b: Peer): number {
  return a.publicKey < b.publicKey ? -1 : 1;
}

function peerLines(peer: Peer): string[] {
  const addresses = [...peer.addresses].sort().join(', ');
  return ['', '[Peer]', `PublicKey = ${peer.publicKey}`, `AllowedIPs = ${addresses}`];
}

/**
 * Every key and every peer: what a file for `syncconf` leaves out is taken off the interface.
 * The order of the peers given does not matter. The text holds the private key.
 */
export function renderWireguard({ privateKey, listenPort, peers }: WireguardServer): string {
  const lines = ['[Interface]', `PrivateKey = ${privateKey}`, `ListenPort = ${listenPort}`];
  for (const peer of [...peers].sort(byPublicKey)) lines.push(...peerLines(peer));
  return `${lines.join('\n')}\n`;
}
