// Running Linux's own programs and reading what they print.

import { z } from 'zod';
import { formatAddress, parseInterfaceAddress } from '../model/cidr.ts';
import type { ExecResult, Host } from './host.ts';
import { agentLimits } from './limits.ts';

const packages: Record<string, string> = {
  wg: 'wireguard-tools',
  nft: 'nftables',
  ip: 'iproute2',
  sysctl: 'procps',
  openssl: 'openssl',
};

/** What went wrong with a program, fit for a report. */
export function commandError(argv: readonly string[], result: ExecResult): Error {
  const [program = ''] = argv;
  const named = argv.slice(0, 3).join(' ');
  if (result.fault === 'missing') {
    const hint = packages[program];
    return new Error(`${program} is not installed${hint ? `; install the package ${hint}` : ''}`);
  }
  if (result.fault) return new Error(`${named}: ${result.fault.replaceAll('_', ' ')}`);
  const said = result.stderr.trim().replace(/\s+/g, ' ').slice(-300);
  return new Error(`${named}: exit ${result.code}${said === '' ? '' : `: ${said}`}`);
}

/** Runs a program whatever comes of it. */
export function attempt(
  host: Host,
  argv: readonly string[],
  {
    stdin,
    timeoutMs = agentLimits.commandMilliseconds,
  }: { stdin?: string; timeoutMs?: number } = {},
): Promise<ExecResult> {
  return host.exec(argv, {
    ...(stdin === undefined ? {} : { stdin }),
    timeoutMs,
    maxOutput: agentLimits.commandOutputBytes,
  });
}

/** Runs a program and gives its stdout. Throws an error fit for a report if it fails. */
export async function run(host: Host, argv: readonly string[], stdin?: string): Promise<string> {
  const result = await attempt(host, argv, stdin === undefined ? {} : { stdin });
  if (result.code !== 0 || result.fault) throw commandError(argv, result);
  return result.stdout;
}

/** An address with its length in the model's spelling, so that texts can be compared. */
export function canonical(text: string): string {
  const parsed = parseInterfaceAddress(text);
  return parsed ? `${formatAddress(parsed.address)}/${parsed.length}` : text;
}

export interface LinkStatus {
  up: boolean;
  mtu: number;
  addresses: string[];
}

const addressesSchema = z.array(
  z.object({
    ifname: z.string().optional(),
    mtu: z.int().optional(),
    flags: z.array(z.string()).default([]),
    addr_info: z
      .array(z.object({ local: z.string(), prefixlen: z.int(), scope: z.string() }))
      .default([]),
  }),
);

/** One interface out of `ip -json address show`, without link-local addresses, or undefined. */
export function parseLink(text: string, interfaceName: string): LinkStatus | undefined {
  const link = addressesSchema.parse(JSON.parse(text)).find((one) => one.ifname === interfaceName);
  if (!link) return undefined;
  const ours = link.addr_info.filter(({ scope }) => scope !== 'link');
  return {
    up: link.flags.includes('UP'),
    mtu: link.mtu ?? 0,
    addresses: ours.map(({ local, prefixlen }) => canonical(`${local}/${prefixlen}`)),
  };
}

/** Every address of the machine out of `ip -json address show`. */
export function parseAddresses(text: string): string[] {
  const links = addressesSchema.parse(JSON.parse(text));
  return links.flatMap(({ addr_info }) => addr_info.map(({ local }) => local));
}

export interface PeerStatus {
  allowedIps: string[];
  /** Unix time in seconds, 0 if never. */
  latestHandshake: number;
  receivedBytes: number;
  sentBytes: number;
}

export interface WireguardStatus {
  publicKey: string;
  listenPort: number;
  peers: Map<string, PeerStatus>;
}

/** Reads `wg show … dump`. Its private and preshared keys are dropped here. */
export function parseDump(text: string): WireguardStatus {
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  const [, publicKey, listenPort] = first.split('\t');
  if (publicKey === undefined || listenPort === undefined) throw new Error('wg dump is not a dump');
  const peers = new Map<string, PeerStatus>();
  for (const line of rest) {
    const [key, , , allowed, handshake, received, sent] = line.split('\t');
    if (key === undefined || allowed === undefined || sent === undefined)
      throw new Error('wg dump has a line that is no peer');
    peers.set(key, {
      allowedIps: allowed === '(none)' ? [] : allowed.split(',').map(canonical),
      latestHandshake: Number(handshake),
      receivedBytes: Number(received),
      sentBytes: Number(sent),
    });
  }
  return { publicKey, listenPort: Number(listenPort), peers };
}

/** Reads `key = value` lines. */
export function parseSysctls(text: string): Record<string, string> {
  const pairs = text.split('\n').map((line) => /^(\S+) = (.*)$/.exec(line));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', pair[2] ?? '']] : [])),
  );
}
