// From what shall be and what is to what must be done. Pure: two plans from the same input are the
// same, and when nothing differs the plan is empty.

import { parseInterfaceAddress } from '../model/cidr.ts';
import type { Peer } from '../model/desired-state.ts';
import { renderFirewall, renderNoFirewall } from '../render/server/nftables.ts';
import { neededSysctls, renderSysctl } from '../render/server/sysctl.ts';
import { renderWireguard } from '../render/server/wireguard.ts';
import type { Files } from './files.ts';
import type { WireguardKeys } from './identity.ts';
import { agentLimits } from './limits.ts';
import { canonical, type LinkStatus, type PeerStatus } from './linux.ts';
import type { Observed } from './observe.ts';
import { peerSteps } from './peers.ts';
import type { GatewayState, PeerChange } from './state.ts';
import type { Step } from './step.ts';

/** What is ours on the machine, by name. */
export interface Names {
  files: Files;
  interfaceName: string;
  keys: WireguardKeys;
}

function wireguardRun(argv: readonly string[]): Step {
  return { section: 'wireguard', kind: 'run', argv };
}

function firewallRun(argv: readonly string[]): Step {
  return { section: 'firewall', kind: 'run', argv };
}

function loadFirewall({ files }: Names, rendered: string): Step[] {
  const path = files.firewallStaged;
  return [
    { section: 'firewall', kind: 'write', path, text: rendered },
    firewallRun(['nft', '-c', '-f', path]),
    firewallRun(['nft', '-f', path]),
  ];
}

function planFirewall(names: Names, state: GatewayState, observed: Observed): Step[] {
  const { interfaceName, files } = names;
  const { wireguard } = state.sections;
  const steps: Step[] = [];
  const needed = neededSysctls(wireguard, state.ikev2?.section);
  if (needed.some((key) => observed.sysctls[key] !== '1')) {
    const path = files.sysctlStaged;
    steps.push({ section: 'firewall', kind: 'write', path, text: renderSysctl(needed) });
    steps.push(firewallRun(['sysctl', '-p', path]));
  }
  const rendered = renderFirewall({ interfaceName, ...state.sections });
  const { loaded, listing } = observed;
  const inPlace = listing !== undefined && loaded?.listing === listing;
  if (!inPlace || loaded.rendered !== rendered)
    steps.push(...loadFirewall(names, rendered), {
      section: 'firewall',
      kind: 'remember',
      rendered,
    });
  return steps;
}

/** Everything of the link but the peers, adding only. */
function planLink(names: Names, state: GatewayState, observed: Observed): Step[] {
  const { interfaceName, keys, files } = names;
  const { listenPort, mtu, addresses } = state.sections.wireguard;
  const { link, wireguard } = observed;
  const steps: Step[] = [];
  if (!link)
    steps.push({
      section: 'wireguard',
      kind: 'run',
      argv: ['ip', 'link', 'add', 'dev', interfaceName, 'type', 'wireguard'],
      instead: ['wireguard-go', interfaceName],
    });
  if (wireguard?.listenPort !== listenPort || wireguard.publicKey !== keys.publicKey) {
    const keyed = ['private-key', files.wireguardKey];
    const argv = ['wg', 'set', interfaceName, 'listen-port', `${listenPort}`, ...keyed];
    steps.push(wireguardRun(argv));
  }
  if (link?.mtu !== mtu)
    steps.push(wireguardRun(['ip', 'link', 'set', 'dev', interfaceName, 'mtu', `${mtu}`]));
  for (const address of addresses.map(canonical)) {
    if (!link?.addresses.includes(address))
      steps.push(wireguardRun(['ip', 'address', 'add', address, 'dev', interfaceName]));
  }
  if (!link?.up) steps.push(wireguardRun(['ip', 'link', 'set', 'dev', interfaceName, 'up']));
  return steps;
}

function familyOf(address: string): number | undefined {
  return parseInterfaceAddress(address)?.address.family;
}

function planStaleAddresses(names: Names, state: GatewayState, link: LinkStatus): Step[] {
  const device = ['dev', names.interfaceName];
  const wanted = state.sections.wireguard.addresses.map(canonical);
  const stale = link.addresses.filter((address) => !wanted.includes(address));
  // Deleting an IPv4 address takes the later ones of its subnet along, so they are put back.
  const kept = stale.some((address) => familyOf(address) === 4)
    ? wanted.filter((address) => familyOf(address) === 4)
    : [];
  return [
    ...stale.map((address) => wireguardRun(['ip', 'address', 'del', address, ...device])),
    ...kept.map((address) => wireguardRun(['ip', 'address', 'replace', address, ...device])),
  ];
}

function sameAddresses(peer: Peer, status: PeerStatus | undefined): boolean {
  if (!status) return false;
  return [...peer.addresses].sort().join() === [...status.allowedIps].sort().join();
}

function planPeers(names: Names, state: GatewayState, observed: Observed): Step[] {
  const { interfaceName, files, keys } = names;
  const present = observed.wireguard?.peers ?? new Map<string, PeerStatus>();
  const stale = [...present].filter(([publicKey]) => !state.owners.has(publicKey));
  const change: PeerChange = {
    set: [...state.peers.values()].filter(
      (peer) => !sameAddresses(peer, present.get(peer.publicKey)),
    ),
    remove: stale.map(([publicKey]) => publicKey),
    flush: stale.flatMap(([, { allowedIps }]) => allowedIps.filter((ip) => !state.owners.has(ip))),
  };
  if (change.set.length + change.remove.length <= agentLimits.peersByCommand)
    return peerSteps(interfaceName, change);
  const path = files.wireguardStaged;
  const { listenPort } = state.sections.wireguard;
  const { privateKey } = keys;
  const text = renderWireguard({ privateKey, listenPort, peers: state.peers.values() });
  return [
    { section: 'wireguard', kind: 'write', path, text },
    wireguardRun(['wg', 'syncconf', interfaceName, path]),
    { section: 'wireguard', kind: 'remove', path },
    ...peerSteps(interfaceName, { set: [], remove: [], flush: change.flush }),
  ];
}

function planWireguard(names: Names, state: GatewayState, observed: Observed): Step[] {
  if (observed.link && !observed.wireguard) {
    const what = `${names.interfaceName} exists and is not a WireGuard interface`;
    const reason = `${what}; remove it or choose another with --interface`;
    return [{ section: 'wireguard', kind: 'refuse', reason }];
  }
  return [
    ...planLink(names, state, observed),
    ...planPeers(names, state, observed),
    ...(observed.link ? planStaleAddresses(names, state, observed.link) : []),
  ];
}

function planNothing(names: Names, observed: Observed): Step[] {
  const removeLink = wireguardRun(['ip', 'link', 'delete', 'dev', names.interfaceName]);
  return [
    ...(observed.wireguard ? [removeLink] : []),
    ...(observed.listing === undefined ? [] : loadFirewall(names, renderNoFirewall())),
  ];
}

/**
 * The steps that bring the machine from `observed` to `state`, or to nothing of ours when there is
 * no state. The firewall goes first, so that no device is let in before its rules.
 */
export function plan(names: Names, state: GatewayState | undefined, observed: Observed): Step[] {
  if (!state) return planNothing(names, observed);
  return [...planFirewall(names, state, observed), ...planWireguard(names, state, observed)];
}
