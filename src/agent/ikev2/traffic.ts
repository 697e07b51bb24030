// Traffic of devices over IKEv2 as the counters take it: one counter per CHILD_SA, which counts
// from zero and is gone with it.

import type { PeerStatus } from '../linux.ts';
import type { Association } from './charon.ts';
import type { Ikev2State } from './devices.ts';
import { deviceOf } from './sessions.ts';

/** Counters whose names begin so are IKEv2's. */
export const childPrefix = 'ikev2 ';

interface Counted {
  deviceId: string;
  status: PeerStatus;
  /** In how many readings it stood since it is gone. */
  readings: number;
}

// A reading holds only so many devices, so what is gone is said again for a while.
const readingsAfterEnd = 10;

export class Traffic {
  readonly #children = new Map<string, Counted>();

  /** Takes up what associations count. `since`: when their charon was started. */
  note(
    associations: readonly Association[],
    state: Ikev2State,
    since: string,
    now: number,
  ): Set<string> {
    const keys = new Set<string>();
    for (const { identity, children } of associations) {
      const deviceId = state.owners.get(deviceOf(identity));
      for (const { uniqueId, receivedBytes, sentBytes, idleSeconds } of children) {
        const key = `${childPrefix}${since} ${uniqueId}`;
        keys.add(key);
        const before = this.#children.get(key);
        const owner = deviceId ?? before?.deviceId;
        if (owner === undefined) continue;
        const seen = idleSeconds === undefined ? 0 : Math.floor(now / 1000 - idleSeconds);
        const status = {
          allowedIps: [],
          latestHandshake: Math.max(seen, before?.status.latestHandshake ?? 0),
          receivedBytes: Math.max(receivedBytes, before?.status.receivedBytes ?? 0),
          sentBytes: Math.max(sentBytes, before?.status.sentBytes ?? 0),
        };
        this.#children.set(key, { deviceId: owner, status, readings: 0 });
      }
    }
    return keys;
  }

  /** Every counter and whose it is; `live`: those that still count. */
  read(live: ReadonlySet<string>): { peers: Map<string, PeerStatus>; owners: Map<string, string> } {
    const peers = new Map<string, PeerStatus>();
    const owners = new Map<string, string>();
    for (const [key, counted] of this.#children) {
      peers.set(key, counted.status);
      owners.set(key, counted.deviceId);
      if (!live.has(key) && ++counted.readings > readingsAfterEnd) this.#children.delete(key);
    }
    return { peers, owners };
  }
}
