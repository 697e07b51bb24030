// Many devices by the API, which peers the API says a gateway has, and which WireGuard has.

import { z } from 'zod';
import { listingSchema } from '../src/api/listing.ts';
import { type Device, deviceDetailSchema, deviceSchema } from '../src/model/device.ts';
import { type Gateway, gatewaySchema } from '../src/model/gateway.ts';
import { limits } from '../src/model/limits.ts';
import { generateWireguardKeyPair } from '../src/pki/wireguard-key.ts';
import type { Api } from './api.ts';
import type { LabNode } from './node.ts';
import type { LabProcess } from './process.ts';
import type { Tenant } from './story.ts';

const callersAtOnce = 4;
const appliedMs = 60_000;

/** Calls `work` for each item, a few at a time, and gives the results in the items' order. */
export async function forAll<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const caller = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i] as T);
  };
  await Promise.all(Array.from({ length: callersAtOnce }, caller));
  return results;
}

/** A tenant's API and the calls that a crowd needs. */
export class Crowd {
  readonly #api: Api;
  readonly #tenant: Tenant;

  constructor(api: Api, tenant: Tenant) {
    this.#api = api;
    this.#tenant = tenant;
  }

  /** Adds one device with a fresh key of its own, so that it is live at once. */
  async add(name = 'one of many'): Promise<Device> {
    const { publicKey } = await generateWireguardKeyPair();
    const body = { userId: this.#tenant.ownerId, name, publicKey };
    return this.#api.call(deviceSchema, 'POST', this.#path('devices'), body);
  }

  addMany(count: number): Promise<Device[]> {
    return forAll(Array.from({ length: count }), () => this.add());
  }

  revoke(id: string): Promise<Device> {
    return this.#api.call(deviceSchema, 'POST', this.#path(`devices/${id}/revoke`));
  }

  /** The revision that the gateway shall reach. */
  async revision(gatewayId: string): Promise<number> {
    return (await this.#gateway(gatewayId)).revision;
  }

  /** Asks until the gateway reports that it is where it shall be, and so has nothing left to do. */
  async untilReported(gatewayId: string): Promise<void> {
    const giveUpAt = performance.now() + appliedMs;
    while ((await this.#gateway(gatewayId)).applied !== 'applied') {
      if (performance.now() > giveUpAt) throw new Error(`${gatewayId} does not report`);
    }
  }

  /** All devices that may connect, page by page. */
  async active(): Promise<Device[]> {
    const found: Device[] = [];
    const page = listingSchema(deviceSchema);
    const query = `devices?limit=${limits.listMost}`;
    for (let cursor = ''; ; ) {
      const { items, next } = await this.#api.call(page, 'GET', this.#path(query + cursor));
      found.push(...items.filter(({ status }) => status === 'active'));
      if (next === null) return found;
      cursor = `&cursor=${next}`;
    }
  }

  /** What WireGuard on the gateway shall have: public key → its addresses. */
  async wantedPeers(gatewayId: string): Promise<Map<string, string[]>> {
    const peers = await forAll(await this.active(), async ({ id }) => {
      const path = this.#path(`devices/${id}`);
      const device = await this.#api.call(deviceDetailSchema, 'GET', path);
      const connection = device.connections.find((one) => one.gatewayId === gatewayId);
      return [device.publicKey ?? '', [...(connection?.addresses ?? [])].sort()] as const;
    });
    return new Map(peers);
  }

  #gateway(id: string): Promise<Gateway> {
    return this.#api.call(gatewaySchema, 'GET', this.#path(`gateways/${id}`));
  }

  #path(rest: string): string {
    return `/v1/tenants/${this.#tenant.id}/${rest}`;
  }
}

/** What WireGuard on a node has: public key → its addresses. */
export async function presentPeers(
  node: LabNode,
  interfaceName = 'sallyport0',
): Promise<Map<string, string[]>> {
  const { stdout } = await node.exec(['wg', 'show', interfaceName, 'allowed-ips']);
  const lines = stdout.split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [key = '', addresses = ''] = line.split('\t');
      return [key, addresses.split(' ').sort()];
    }),
  );
}

const appliedSchema = z.object({ event: z.string(), revision: z.int() });

/** The newest revision that the agent says it has applied. */
function appliedRevision(lines: readonly string[]): number | undefined {
  const line = lines.findLast((text) => text.includes('.applied"'));
  return line === undefined ? undefined : appliedSchema.parse(JSON.parse(line)).revision;
}

/** Waits until the agent says that it has applied a revision, or a later one. */
export function untilRevision(agent: LabProcess, revision: number): Promise<number> {
  return agent.until((lines) => {
    const applied = appliedRevision(lines);
    return applied !== undefined && applied >= revision ? applied : undefined;
  }, appliedMs);
}
