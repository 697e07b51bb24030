// Making this machine a gateway: keys first and on disk, then the token. If the answer is lost, the
// same call with the same keys is answered again.

import { desiredStateVersion } from '../model/desired-state.ts';
import type { EnrollmentRequest } from '../model/enrollment.ts';
import * as api from './api.ts';
import type { Files } from './files.ts';
import type { Host } from './host.ts';
import {
  type Enrolled,
  ensureIdentityKey,
  ensureWireguardKeys,
  readEnrolled,
  writeEnrolled,
} from './identity.ts';
import { attempt } from './linux.ts';
import { agentVersion } from './version.ts';

async function readFacts(host: Host): Promise<EnrollmentRequest['facts']> {
  const release = /^PRETTY_NAME="?([^"\n]{1,200})/m.exec(host.readText('/etc/os-release') ?? '');
  const kernel = host.readText('/proc/sys/kernel/osrelease')?.trim().slice(0, 128);
  const machine = (await attempt(host, ['uname', '-m'])).stdout.trim().slice(0, 32);
  return {
    agent: agentVersion,
    ...(release?.[1] ? { system: release[1] } : {}),
    ...(kernel ? { kernel } : {}),
    ...(machine ? { architecture: machine } : {}),
  };
}

/** Enrols with a single-use token. Throws an error fit for the person who runs it. */
export async function enroll(
  host: Host,
  files: Files,
  url: string,
  token: string,
): Promise<Enrolled> {
  const before = readEnrolled(host, files);
  if (before)
    throw new Error(
      `this machine is ${before.gatewayId} already; use another --dir for another gateway`,
    );
  host.makeDirectory(files.directory, 0o700);
  const identity = ensureIdentityKey(host, files);
  const wireguard = await ensureWireguardKeys(host, files);
  const reply = await api.enroll(host, url, {
    token,
    identityKey: identity.publicKey,
    wireguardPublicKey: wireguard.publicKey,
    protocol: desiredStateVersion,
    facts: await readFacts(host),
  });
  const enrolled = { url, ...reply };
  // What another gateway of this directory reported is not to be said again as this one.
  host.remove(files.counters);
  host.remove(files.receipts);
  writeEnrolled(host, files, enrolled);
  return enrolled;
}
