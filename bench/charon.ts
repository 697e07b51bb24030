// bench charon: what strongSwan's daemon on a gateway costs with 1, 100 and 1,000 sessions, in
// memory and in time to connect, with the plugins and the settings that such a gateway has.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HandMadeAuthority, startHandMadeGateway } from '../lab/hand-made.ts';
import { connectCrowd, startIkev2Crowd } from '../lab/ikev2-crowd.ts';
import type { LabNode } from '../lab/node.ts';
import { charonPid, sessions } from '../lab/strongswan.ts';
import { createTopology, type Lab, places } from '../lab/topology.ts';
import { renderStrongswan } from '../src/render/server/strongswan.ts';
import { median, milliseconds, type Sheet, whole } from './figures.ts';

const steps = [1, 100, 1000];
/** Connected one after another once the others are there: how long a connect takes then. */
const samples = 10;
const atOnce = 4;
const seedMib = 3.3;
const names = Array.from({ length: 1000 + steps.length * samples }, (_, i) => `d${i}@bench.test`);

interface Memory {
  rssMib: number;
  pssMib: number;
  privateMib: number;
}

async function memoryOf(node: LabNode): Promise<Memory> {
  const text = readFileSync(`/proc/${await charonPid(node)}/smaps_rollup`, 'utf8');
  const mib = (key: string) =>
    Number(new RegExp(`^${key}: +(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
  const privateMib = mib('Private_Clean') + mib('Private_Dirty');
  return { rssMib: mib('Rss'), pssMib: mib('Pss'), privateMib };
}

/** From the first message of each connect to its child, by the times in the client's own log. */
function connectTimes(log: string, from: number, to: number): number[] {
  const at = (pattern: string) =>
    Number(new RegExp(`^(\\d+)\\.(\\d{3}).*${pattern}`, 'm').exec(log)?.slice(1, 3).join(''));
  return Array.from({ length: to - from }, (_, i) => {
    const begun = at(`initiating IKE_SA client${from + i}\\[`);
    const done = at(`CHILD_SA child${from + i}\\{\\d+\\} established`);
    return done - begun;
  });
}

interface Step {
  sessions: number;
  memory: Memory;
  connectMs: number;
}

async function measure(lab: Lab, authority: HandMadeAuthority): Promise<Step[]> {
  const [gateway, client] = [lab.node('gateway'), lab.node('client-a')];
  const papers = await authority.devices(names);
  const to = `${places.gateway}/32`;
  await startIkev2Crowd(client, authority, { host: places.site, papers, identities: names, to });
  const log = join(client.files, 'run/strongswan.log');
  const results: Step[] = [];
  let connected = 0;
  for (const step of steps) {
    await connectCrowd(client, { from: connected, to: step, atOnce });
    const memory = await memoryOf(gateway);
    const count = (await sessions(gateway)).length;
    if (count !== step) throw new Error(`${count} sessions in place of ${step}`);
    connected = step + samples;
    await connectCrowd(client, { from: step, to: connected, atOnce: 1 });
    const times = connectTimes(readFileSync(log, 'utf8'), step, connected);
    results.push({ sessions: step, memory, connectMs: median(times) });
  }
  return results;
}

export async function charon(sheet: Sheet): Promise<void> {
  sheet.title(
    "charon: the memory of a gateway's strongSwan, and how long its clients take to connect",
  );
  sheet.text(
    'MiB as PSS, which counts what two daemons here share by half; alone it is the RSS at most',
  );
  const lab = await createTopology();
  try {
    const authority = await HandMadeAuthority.make();
    const gateway = lab.node('gateway');
    await startHandMadeGateway(gateway, authority, places.site, renderStrongswan());
    for (const { sessions, memory, connectMs } of await measure(lab, authority)) {
      const { pssMib, rssMib, privateMib } = memory;
      const more = `RSS ${rssMib.toFixed(1)}, private ${privateMib.toFixed(1)}`;
      sheet.figure(`${whole(sessions)} sessions`, `${pssMib.toFixed(1)} MiB`, more);
      sheet.figure('  one more connects in', milliseconds(connectMs), `median of ${samples}`);
    }
    sheet.figure(
      'baseline: the seed, "strongSwan"',
      `${seedMib} MiB`,
      'as it says, without sessions',
    );
  } finally {
    await lab.down();
  }
}
