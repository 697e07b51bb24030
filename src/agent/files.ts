// Where the agent keeps what in its directory.

export interface Files {
  directory: string;
  identityKey: string;
  wireguardKey: string;
  gateway: string;
  snapshot: string;
  pending: string;
  journal: string;
  counters: string;
  wireguardStaged: string;
  firewallStaged: string;
  firewallLoaded: string;
  sysctlStaged: string;
  receipts: string;
  ikev2Key: string;
  ikev2Note: string;
  ikev2FirewallStaged: string;
}

export function filesIn(directory: string): Files {
  return {
    directory,
    identityKey: `${directory}/identity.key`,
    wireguardKey: `${directory}/wireguard.key`,
    gateway: `${directory}/gateway.json`,
    snapshot: `${directory}/state.json`,
    pending: `${directory}/pending.json`,
    journal: `${directory}/journal`,
    counters: `${directory}/counters`,
    wireguardStaged: `${directory}/wireguard.conf`,
    firewallStaged: `${directory}/firewall.nft`,
    firewallLoaded: `${directory}/firewall.json`,
    sysctlStaged: `${directory}/sysctl.conf`,
    receipts: `${directory}/receipts`,
    ikev2Key: `${directory}/ikev2.key`,
    ikev2Note: `${directory}/ikev2.json`,
    ikev2FirewallStaged: `${directory}/ikev2.nft`,
  };
}
