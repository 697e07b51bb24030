// The devices that may come in by IKEv2, in memory: whole documents make the set, deltas change it
// in place, at the cost of the change.

import { type DesiredState, emptyPeerDigest, togglePeerDigest } from '../../model/desired-state.ts';
import { type Ikev2Peer, type Ikev2Section, ikev2DigestInput } from '../../model/ikev2.ts';

export interface Ikev2State {
  section: Ikev2Section;
  /** By device id. */
  devices: Map<string, Ikev2Peer>;
  /** Which device has an identity. */
  owners: Map<string, string>;
  /** The passwords of devices that have one, by identity. */
  passwords: Map<string, string>;
  /** Another object whenever a password is another. */
  passwordsAt: object;
  digest: string;
  /** The revision that last revoked a certificate. */
  revocations: number;
}

type Sha256 = (text: string) => string;
export interface Ikev2Merged {
  state: Ikev2State | undefined;
  /** Devices as they were whose identities are good no longer. */
  gone: Ikev2Peer[];
  undo: () => void;
}

function take(state: Ikev2State, id: string, sha256: Sha256): Ikev2Peer | undefined {
  const device = state.devices.get(id);
  if (!device) return undefined;
  state.devices.delete(id);
  state.owners.delete(device.identity);
  if (state.passwords.delete(device.identity)) state.passwordsAt = {};
  state.digest = togglePeerDigest(state.digest, sha256(ikev2DigestInput(device)));
  return device;
}

function put(state: Ikev2State, device: Ikev2Peer, sha256: Sha256): string | undefined {
  const { id, identity, secret } = device;
  if (state.devices.has(id)) return `${id} is named twice`;
  const owner = state.owners.get(identity);
  if (owner !== undefined) return `${id} and ${owner} share ${identity}`;
  state.devices.set(id, device);
  state.owners.set(identity, id);
  if (secret !== undefined) {
    state.passwords.set(identity, secret);
    state.passwordsAt = {};
  }
  state.digest = togglePeerDigest(state.digest, sha256(ikev2DigestInput(device)));
  return undefined;
}

/** A state of this section without devices. */
export function emptyIkev2(section: Ikev2Section): Ikev2State {
  const none = { devices: new Map(), owners: new Map(), digest: emptyPeerDigest };
  return { section, ...none, passwords: new Map(), passwordsAt: {}, revocations: 0 };
}

/** What a document leads to, from a state that changes in place, or not at all when refused. */
export function mergeIkev2(
  before: Ikev2State | undefined,
  document: Pick<DesiredState, 'sections' | 'ikev2'>,
  sha256: Sha256,
): Ikev2Merged | { refused: string } {
  const { sections, ikev2: change } = document;
  const state = before ?? (sections.ikev2 && emptyIkev2(sections.ikev2));
  if (!state) {
    if (change && change.upsert.length + change.remove.length > 0)
      return { refused: 'it has devices of IKEv2, and no section' };
    return { state: undefined, gone: [], undo: () => {} };
  }
  const { section, revocations } = state;
  const taken: Ikev2Peer[] = [];
  const added: string[] = [];
  const undo = () => {
    for (const id of added) take(state, id, sha256);
    for (const device of taken) put(state, device, sha256);
    Object.assign(state, { section, revocations });
  };
  const refuse = (refused: string) => {
    undo();
    return { refused };
  };
  for (const id of [...(change?.remove ?? []), ...(change?.upsert ?? []).map(({ id }) => id)]) {
    const old = take(state, id, sha256);
    if (old) taken.push(old);
  }
  for (const device of change?.upsert ?? []) {
    const problem = put(state, device, sha256);
    if (problem !== undefined) return refuse(problem);
    added.push(device.id);
  }
  if (change && change.digest !== state.digest) return refuse('the IKEv2 digest does not match');
  state.section = sections.ikev2 ?? section;
  state.revocations = Math.max(revocations, change?.revocations ?? 0);
  return { state, gone: taken.filter(({ identity }) => !state.owners.has(identity)), undo };
}

/** Devices of `state` whose identities `next` does not know. */
export function devicesGone(
  state: Ikev2State | undefined,
  next: Ikev2State | undefined,
): Ikev2Peer[] {
  const all = [...(state?.devices.values() ?? [])];
  return all.filter(({ identity }) => !next?.owners.has(identity));
}

/** Takes devices with these identities out of the state. */
export function cutDevices(state: Ikev2State, gone: readonly Ikev2Peer[], sha256: Sha256): void {
  for (const { identity } of gone) {
    const id = state.owners.get(identity);
    if (id !== undefined) take(state, id, sha256);
  }
}
