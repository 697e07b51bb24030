// Many IKEv2 clients for little: one charon with a connection and an identity for each.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTar } from 'nanotar';
import { deviceSchema, redeemedLinkSchema } from '../src/model/device.ts';
import { createdLinkSchema } from '../src/model/link.ts';
import type { Api } from './api.ts';
import { forAll } from './crowd.ts';
import type { HandMadeAuthority, Paper } from './hand-made.ts';
import type { LabNode } from './node.ts';
import type { Tenant } from './story.ts';
import { installStrongswan, startStrongswan, swanctlFolder } from './strongswan.ts';

const allMs = 300_000;
const loadMs = 60_000;

// With each address that one of them gets, charon would look at the road of all others again; and
// each that is told to connect keeps one of its threads until it is in.
const crowdSettings = `
charon {
  threads = 64
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

interface Redeemed {
  /** PEM. */
  authority: string;
  identity: string;
  paper: Paper;
}

async function redeemOne(admin: Api, user: Api, tenant: Tenant): Promise<Redeemed> {
  const path = `/v1/tenants/${tenant.id}`;
  const wish = { userId: tenant.ownerId, name: 'one of many' };
  const { id } = await admin.call(deviceSchema, 'POST', `${path}/devices`, wish);
  const link = await admin.call(createdLinkSchema, 'POST', `${path}/links`, { deviceId: id });
  const token = new URL(link.url).pathname.slice('/l/'.length);
  const body = { token, profile: 'swanctl' };
  const { profiles, ikev2 } = await user.call(redeemedLinkSchema, 'POST', '/v1/links/redeem', body);
  const tar = Uint8Array.from(Buffer.from(profiles[0]?.content ?? '', 'base64'));
  const files = parseTar(tar);
  const within = (folder: string) =>
    files.find(({ name }) => name.startsWith(`${folder}/`))?.text ?? '';
  const paper = { certificate: within('x509'), key: within('private') };
  return { authority: within('x509ca'), identity: ikev2?.identity ?? '', paper };
}

/** Makes so many devices and redeems their links, all by the API, as scripts and users do. */
export async function redeemMany(admin: Api, user: Api, tenant: Tenant, count: number) {
  const each = Array.from({ length: count });
  const all = await forAll(each, () => redeemOne(admin, user, tenant));
  return {
    authority: all[0]?.authority ?? '',
    papers: all.map(({ paper }) => paper),
    identities: all.map(({ identity }) => identity),
  };
}

export interface CrowdOptions {
  host: string;
  /** Their certificates and keys, which may be one; the identities in the same order. */
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
  if (authority.certificate === '') throw new Error('there is no authority');
  writeFileSync(join(folder, 'x509ca/ca.pem'), authority.certificate);
  for (const [i, { certificate, key }] of papers.entries()) {
    writeFileSync(join(folder, `x509/client${i}.pem`), certificate);
    if (key !== papers[i - 1]?.key) writeFileSync(join(folder, `private/client${i}.pem`), key);
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
