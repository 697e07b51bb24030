// Who is connected, as charon tells it, and which addresses are let through because of that.

import { swanctlPrefix } from '../../render/server/swanctl.ts';
import type { Association } from './charon.ts';
import type { Ikev2State } from './devices.ts';

export interface Session {
  uniqueId: string;
  identity: string;
  addresses: readonly string[];
}

/** What a certificate's subject, or a plain identity, says the device is, in lower case. */
export function deviceOf(identity: string): string {
  const named = /(?:^|,\s*)CN=([^,]+)/i.exec(identity)?.[1] ?? identity;
  return named.trim().toLowerCase();
}

function isOurs({ connection }: Association): boolean {
  return connection.startsWith(`${swanctlPrefix}-`);
}

function lastSeen({ children }: Association, now: number): number {
  const times = children.map(({ idleSeconds }) =>
    idleSeconds === undefined ? 0 : now - idleSeconds * 1000,
  );
  return Math.max(0, ...times);
}

/** Sessions of our connections, by the number that charon gives them. */
export class Sessions {
  readonly #byId = new Map<string, Session>();
  /** When each identity sent last, also of sessions that have ended; in Unix milliseconds. */
  readonly #seen = new Map<string, number>();

  /** All there are. */
  set(all: readonly Association[], now: number): void {
    this.#byId.clear();
    for (const association of all) this.up(association, now);
  }

  up(association: Association, now: number): void {
    if (!isOurs(association)) return;
    const { uniqueId, identity, addresses } = association;
    const device = deviceOf(identity);
    this.#byId.set(uniqueId, { uniqueId, identity: device, addresses });
    const seen = lastSeen(association, now);
    if (seen > (this.#seen.get(device) ?? 0)) this.#seen.set(device, seen);
  }

  /** When the device sent a packet last, as far as it was looked, or null. */
  lastSeen(identity: string): number | null {
    return this.#seen.get(identity) ?? null;
  }

  down(uniqueId: string): void {
    this.#byId.delete(uniqueId);
  }

  /** The number changed; what the event does not say stays as it was. */
  rekeyed(old: string, association: Association, now: number): void {
    const before = this.#byId.get(old);
    this.#byId.delete(old);
    const addresses = before?.addresses ?? association.addresses;
    this.up({ ...association, addresses }, now);
  }

  all(): Session[] {
    return [...this.#byId.values()];
  }

  /** Those that no device of the state has a right to. */
  strangers(state: Ikev2State): Session[] {
    return this.all().filter(({ identity }) => !state.owners.has(identity));
  }

  /** Addresses of devices that the state knows. Two sessions of one device may share them. */
  admitted(state: Ikev2State): Set<string> {
    const known = this.all().filter(({ identity }) => state.owners.has(identity));
    return new Set(known.flatMap(({ addresses }) => addresses));
  }

  /** How many devices are connected. */
  devices(state: Ikev2State): number {
    const ids = this.all().map(({ identity }) => state.owners.get(identity));
    return new Set(ids.filter((id) => id !== undefined)).size;
  }
}
