// What the machine really looks like, of the parts that are ours. Changes nothing.

import { z } from 'zod';
import { firewallTable } from '../render/server/nftables.ts';
import { gatewaySysctls } from '../render/server/sysctl.ts';
import type { Files } from './files.ts';
import type { Host } from './host.ts';
import {
  attempt,
  commandError,
  type LinkStatus,
  parseDump,
  parseLink,
  parseSysctls,
  run,
  type WireguardStatus,
} from './linux.ts';
import type { Machine } from './machine.ts';

/** The firewall file we loaded last, and how nft listed our table right after. */
const loadedFirewallSchema = z.strictObject({ rendered: z.string(), listing: z.string() });
export type LoadedFirewall = z.infer<typeof loadedFirewallSchema>;

export interface Observed {
  link: LinkStatus | undefined;
  /** Undefined when the interface is missing or is not WireGuard. */
  wireguard: WireguardStatus | undefined;
  /** How nft lists our table; undefined when there is none. */
  listing: string | undefined;
  loaded: LoadedFirewall | undefined;
  sysctls: Record<string, string>;
}

/** The argument list that shows our table without counters, so that texts can be compared. */
export const listFirewall = ['nft', '-s', 'list', 'table', 'inet', firewallTable] as const;

function readLoadedFirewall(host: Host, files: Files): LoadedFirewall | undefined {
  try {
    const kept: unknown = JSON.parse(host.readText(files.firewallLoaded) ?? 'null');
    return loadedFirewallSchema.safeParse(kept).data;
  } catch (error) {
    // A damaged note only means that the firewall is loaded once more.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keys, port, peers and counters of our interface, or undefined if it has none. */
export async function observeWireguard({
  host,
  interfaceName,
}: Machine): Promise<WireguardStatus | undefined> {
  const argv = ['wg', 'show', interfaceName, 'dump'];
  const dump = await attempt(host, argv);
  if (dump.fault) throw commandError(argv, dump);
  return dump.code === 0 ? parseDump(dump.stdout) : undefined;
}

/** Reads everything that `plan` compares. Throws if the machine cannot be read. */
export async function observe(machine: Machine): Promise<Observed> {
  const { host, files, interfaceName } = machine;
  const addresses = await run(host, ['ip', '-json', 'address', 'show']);
  const link = parseLink(addresses, interfaceName);
  const wireguard = link && (await observeWireguard(machine));
  const table = await attempt(host, listFirewall);
  const sysctls = await attempt(host, ['sysctl', '-e', ...gatewaySysctls]);
  return {
    link,
    wireguard,
    listing: table.code === 0 && !table.fault ? table.stdout : undefined,
    loaded: readLoadedFirewall(host, files),
    sysctls: parseSysctls(sysctls.stdout),
  };
}
