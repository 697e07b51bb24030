// The state a gateway shall have, in memory: whole documents make it, deltas change it in place, at
// the cost of the change.

import {
  type DesiredState,
  desiredStateVersion,
  emptyPeerDigest,
  type FirewallSection,
  type Peer,
  peerDigestInput,
  plainStateVersion,
  togglePeerDigest,
  type WireguardSection,
} from '../model/desired-state.ts';
import type { Ikev2Peer } from '../model/ikev2.ts';
import { cutDevices, devicesGone, type Ikev2State, mergeIkev2 } from './ikev2/devices.ts';

export interface Sections {
  wireguard: WireguardSection;
  firewall: FirewallSection;
}

export interface GatewayState {
  revision: number;
  sections: Sections;
  /** By device id. */
  peers: Map<string, Peer>;
  /** Which device has a public key or an address. WireGuard gives each to one peer only. */
  owners: Map<string, string>;
  digest: string;
  /** Undefined on a gateway without IKEv2. */
  ikev2: Ikev2State | undefined;
}

/** What a report says of a state. */
export interface Reached {
  revision: number;
  digest: string;
  peers: number;
  /** Undefined on a gateway without IKEv2. */
  ikev2Digest: string | undefined;
}

/** A state changes in place: this is how it is now. */
export function reachedBy({ revision, digest, peers, ikev2 }: GatewayState): Reached {
  return { revision, digest, peers: peers.size, ikev2Digest: ikev2?.digest };
}

/** What was good and no longer is: peers as they were, by their public keys and identities. */
export interface Gone {
  wireguard: readonly Peer[];
  ikev2: readonly Ikev2Peer[];
}

/** What of the peers on the interface must change. */
export interface PeerChange {
  set: { publicKey: string; addresses: readonly string[] }[];
  /** Public keys. */
  remove: string[];
  /** Addresses of devices that were cut. */
  flush: string[];
}

type Sha256 = (text: string) => string;
export type Refusal = { refused: string };
export type Merged = { change: PeerChange; gone: Gone; undo: () => void };

function claimsOf(peer: Peer): string[] {
  return [peer.publicKey, ...peer.addresses];
}

function take(state: GatewayState, id: string, sha256: Sha256): Peer | undefined {
  const peer = state.peers.get(id);
  if (!peer) return undefined;
  state.peers.delete(id);
  for (const claim of claimsOf(peer)) state.owners.delete(claim);
  state.digest = togglePeerDigest(state.digest, sha256(peerDigestInput(peer)));
  return peer;
}

/** Adds a peer, or says what stands in its way and adds nothing. */
function put(state: GatewayState, peer: Peer, sha256: Sha256): string | undefined {
  if (state.peers.has(peer.id)) return `${peer.id} is named twice`;
  const taken = claimsOf(peer).find((claim) => state.owners.has(claim));
  if (taken !== undefined) return `${peer.id} and ${state.owners.get(taken)} share ${taken}`;
  state.peers.set(peer.id, peer);
  for (const claim of claimsOf(peer)) state.owners.set(claim, peer.id);
  state.digest = togglePeerDigest(state.digest, sha256(peerDigestInput(peer)));
  return undefined;
}

/** The state that a whole document describes, or why it cannot be one. */
export function stateFrom(document: DesiredState, sha256: Sha256): GatewayState | Refusal {
  const { wireguard, firewall } = document.sections;
  if (!wireguard || !firewall) return { refused: 'a whole document lacks a section' };
  if (document.peers.remove.length > 0) return { refused: 'a whole document removes peers' };
  const ikev2 = mergeIkev2(undefined, document, sha256);
  if ('refused' in ikev2) return ikev2;
  const state: GatewayState = {
    revision: document.revision,
    sections: { wireguard, firewall },
    peers: new Map(),
    owners: new Map(),
    digest: emptyPeerDigest,
    ikev2: ikev2.state,
  };
  for (const peer of document.peers.upsert) {
    const problem = put(state, peer, sha256);
    if (problem !== undefined) return { refused: problem };
  }
  if (state.digest !== document.peerDigest) return { refused: 'the peer digest does not match' };
  return state;
}

function changeOf(
  before: ReadonlyMap<string, Peer>,
  gone: readonly Peer[],
  document: DesiredState,
): PeerChange {
  const { upsert, remove } = document.peers;
  const set = upsert.filter((peer) => {
    const old = before.get(peer.id);
    return old === undefined || peerDigestInput(old) !== peerDigestInput(peer);
  });
  return {
    set,
    remove: gone.map(({ publicKey }) => publicKey),
    flush: remove.flatMap((id) => before.get(id)?.addresses ?? []),
  };
}

/**
 * Merges a delta into the state and says what of the peers changed. `undo` puts the state back. A
 * refused delta leaves the state as it was.
 */
export function merge(
  state: GatewayState,
  document: DesiredState,
  sha256: Sha256,
): Merged | Refusal {
  const { upsert, remove } = document.peers;
  const { revision, sections, ikev2 } = state;
  const before = new Map<string, Peer>();
  const added: string[] = [];
  const undo = () => {
    for (const id of added) take(state, id, sha256);
    for (const peer of before.values()) put(state, peer, sha256);
    Object.assign(state, { revision, sections, ikev2 });
  };
  for (const id of [...remove, ...upsert.map((peer) => peer.id)]) {
    const old = take(state, id, sha256);
    if (old) before.set(id, old);
  }
  for (const peer of upsert) {
    const problem = put(state, peer, sha256);
    if (problem !== undefined) {
      undo();
      return { refused: problem };
    }
    added.push(peer.id);
  }
  if (state.digest !== document.peerDigest) {
    undo();
    return { refused: 'the peer digest does not match' };
  }
  const merged = mergeIkev2(ikev2, document, sha256);
  if ('refused' in merged) {
    undo();
    return merged;
  }
  const { wireguard = sections.wireguard, firewall = sections.firewall } = document.sections;
  const next = { revision: document.revision, sections: { wireguard, firewall } };
  Object.assign(state, { ...next, ikev2: merged.state });
  const gone = [...before.values()].filter(({ publicKey }) => !state.owners.has(publicKey));
  const undoBoth = () => {
    merged.undo();
    undo();
  };
  const change = changeOf(before, gone, document);
  return { change, gone: { wireguard: gone, ikev2: merged.gone }, undo: undoBoth };
}

/** What `next` no longer knows: the devices were cut or have new keys. */
export function goneBetween(state: GatewayState | undefined, next: GatewayState): Gone {
  const peers = [...(state?.peers.values() ?? [])];
  return {
    wireguard: peers.filter(({ publicKey }) => !next.owners.has(publicKey)),
    ikev2: devicesGone(state?.ikev2, next.ikev2),
  };
}

/** Takes out of the state what is gone. */
export function cut(state: GatewayState, gone: Gone, sha256: Sha256): void {
  for (const { publicKey } of gone.wireguard) {
    const id = state.owners.get(publicKey);
    if (id !== undefined) take(state, id, sha256);
  }
  if (state.ikev2) cutDevices(state.ikev2, gone.ikev2, sha256);
}

/** The whole document of a state, for keeping. */
export function documentOf(state: GatewayState, gatewayId: string): DesiredState {
  const plain: DesiredState = {
    version: plainStateVersion,
    gatewayId,
    revision: state.revision,
    base: null,
    sections: state.sections,
    peers: { upsert: [...state.peers.values()], remove: [] },
    peerDigest: state.digest,
  };
  if (!state.ikev2) return plain;
  const { section, devices, digest, revocations } = state.ikev2;
  return {
    ...plain,
    version: desiredStateVersion,
    sections: { ...state.sections, ikev2: section },
    ikev2: { upsert: [...devices.values()], remove: [], digest, revocations },
  };
}
