// Many IKEv2 clients for little: one charon with a connection and an identity for each.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HandMadeAuthority, Paper } from './hand-made.ts';
import type { LabNode } from './node.ts';
import { installStrongswan, startStrongswan, swanctlFolder } from './strongswan.ts';

const allMs = 300_000;
const loadMs = 60_000;

// With each address that one of them gets, charon would look at the road of all others again.
const crowdSettings = `
charon {
  plugins {
    kernel-netlink { roam_events = no }
  }
}
charon-systemd {
  filelog {
    lab {
      time_format = %s
      time_add_ms = yes
    }
  }
}
`;

const connection = (host: string, identity: string, i: number, to: string) => `
  client${i} {
    version = 2
    remote_addrs = ${host}
    vips = 0.0.0.0, ::
    proposals = aes256gcm16-prfsha384-ecp256
    local { auth = pubkey
            certs = client${i}.pem
            id = ${identity} }
    remote { auth = pubkey
             id = ${host}
             cacerts = ca.pem }
    children { child${i} {
      remote_ts = ${to}
      esp_proposals = aes256gcm16 } }
  }`;

export interface CrowdOptions {
  host: string;
  /** Their certificates, all of one key; the identities in the same order. */
  papers: readonly Paper[];
  identities: readonly string[];
  /** Where their tunnels lead. */
  to: string;
}

/** Makes a node a crowd of clients, and starts it; nobody is connected. */
export async function startIkev2Crowd(
  node: LabNode,
  authority: Pick<HandMadeAuthority, 'certificate'>,
  { host, papers, identities, to }: CrowdOptions,
): Promise<void> {
  installStrongswan(node, crowdSettings);
  const folder = swanctlFolder(node);
  writeFileSync(join(folder, 'x509ca/ca.pem'), authority.certificate);
  writeFileSync(join(folder, 'private/crowd.pem'), papers[0]?.key ?? '');
  for (const [i, { certificate }] of papers.entries()) {
    writeFileSync(join(folder, `x509/client${i}.pem`), certificate);
  }
  const all = identities.map((identity, i) => connection(host, identity, i, to));
  writeFileSync(join(folder, 'conf.d/crowd.conf'), `connections {${all.join('')}\n}\n`);
  await startStrongswan(node, loadMs);
}

/**
 * Connects those of the crowd from the number `from` up to but without `to`, so many at a time.
 * ESP in user space now and then keeps a gateway's thread for long, so each has three tries. Throws
 * when one of them cannot.
 */
export async function connectCrowd(
  node: LabNode,
  { from, to, atOnce }: { from: number; to: number; atOnce: number },
): Promise<void> {
  const connect = `for try in 1 2 3; do
  said=$(swanctl --initiate --child "child$0" --timeout 10 2>&1) && exit
  case $said in *"existing duplicate"*) exit ;; esac
done
echo "client$0: $said" >&2
exit 1`;
  const script = `seq ${from} ${to - 1} | xargs -P ${atOnce} -n 1 sh -c "$0"`;
  await node.exec(['sh', '-c', script, connect], { timeoutMs: allMs });
}
