// bench revoke-ikev2: from the call that revokes a device to its last packet through the gateway.

import { Api } from '../lab/api.ts';
import { disconnect } from '../lab/ikev2-client.ts';
import { type Ikev2Device, joinIkev2, untilIkev2 } from '../lab/ikev2-story.ts';
import { Pulse } from '../lab/probe.ts';
import { endScene, type Scene, setScene } from '../lab/scene.ts';
import { sessions } from '../lab/strongswan.ts';
import { deviceSchema } from '../src/model/device.ts';
import { milliseconds, type Sheet } from './figures.ts';

const runs = 50;
const baselineRuns = 10;
const goalMs = 2000;
const pingEveryMs = 10;
const patienceMs = 20_000;
/** The customer's firewall: reached by the tunnel alone. */
const inside = '10.10.0.1';

type Cutter = (scene: Scene, device: Ikev2Device) => Promise<unknown>;

function byApi(scene: Scene, { id }: Ikev2Device): Promise<unknown> {
  const { door, tenant } = scene;
  const path = `/v1/tenants/${tenant.id}/devices/${id}/revoke`;
  return new Api(door, tenant.key).call(deviceSchema, 'POST', path);
}

/** Somebody at the gateway's shell who needs no time to find the session. It may come back. */
async function byHand({ lab }: Scene): Promise<unknown> {
  const terminate = ['swanctl', '--terminate', '--ike', 'sallyport-pubkey', '--force'];
  return lab.node('gateway').exec(terminate, { mayFail: true });
}

/** How long after the call the last answer came. */
async function once(scene: Scene, cut: Cutter): Promise<number> {
  const device = await joinIkev2(scene, 'client-a', 'swanctl');
  const client = scene.lab.node('client-a');
  const pulse = new Pulse(client, inside, pingEveryMs);
  await pulse.answered(5, patienceMs);
  const begin = Date.now();
  await cut(scene, device);
  const lastAnswer = await pulse.silent(patienceMs);
  await pulse.stop();
  await disconnect(client);
  if ((await sessions(scene.lab.node('gateway'))).length > 0) throw new Error('it is still there');
  return Math.max(0, lastAnswer - begin);
}

/** The value that so many of a hundred do not exceed. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
}

export async function revokeIkev2(sheet: Sheet): Promise<void> {
  sheet.title(`revoke-ikev2: from the call to the last answered ping, ${runs} runs`);
  const scene = await setScene({ ikev2: true });
  try {
    await untilIkev2(scene);
    const measure = async (count: number, cut: Cutter) => {
      const times: number[] = [];
      for (let i = 0; i < count; i++) times.push(await once(scene, cut));
      return times;
    };
    const times = await measure(runs, byApi);
    const worst = percentile(times, 99);
    sheet.figure('device.revoke, p50', milliseconds(percentile(times, 50)), 'over the API');
    sheet.figure('device.revoke, p99', milliseconds(worst));
    const floor = await measure(baselineRuns, byHand);
    const note = `swanctl --terminate, median of ${baselineRuns}`;
    sheet.figure('baseline: by hand', milliseconds(percentile(floor, 50)), note);
    sheet.text('baseline: a list of revoked certificates alone never ends a session');
    sheet.goal('p99 within 2 s', worst <= goalMs);
  } finally {
    await endScene(scene);
  }
}
