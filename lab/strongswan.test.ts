// strongSwan itself in the lab, without Sallyport: two of them, an authority made by hand.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { HandMadeAuthority, startHandMadeClient, startHandMadeGateway } from './hand-made.ts';
import { addressSeen, ping } from './probe.ts';
import { initiate } from './strongswan.ts';
import { createTopology, type Lab, places } from './topology.ts';

const readyMs = 10_000;
const pool = '10.98.0.';
let lab: Lab;

beforeAll(async () => {
  lab = await createTopology();
  const web = lab.node('web').node('lab/programs/web-server.ts');
  const authority = await HandMadeAuthority.make();
  await startHandMadeGateway(lab.node('gateway'), authority, places.site);
  for (const letter of ['a', 'b'] as const) {
    const who = { host: places.site, identity: `${letter}@lab.test` };
    await startHandMadeClient(lab.node(`client-${letter}`), authority, who);
  }
  await web.waitFor(/listening/, readyMs);
});
afterAll(() => lab?.down());

it('connects two clients, each behind a NAT of its own, and carries their packets', async () => {
  for (const name of ['client-a', 'client-b']) {
    expect(await initiate(lab.node(name), 'net')).toContain('initiate completed successfully');
    expect(await addressSeen(lab.node(name), places.web)).toBe(places.site);
    expect(await ping(lab.node(name), places.web)).toMatchObject({ sent: 3, received: 3 });
  }
});

it('shows each node its own sessions and no other', async () => {
  const sessions = async (name: string) =>
    (await lab.node(name).exec(['swanctl', '--list-sas'])).stdout.split('\n');
  const remote = (lines: readonly string[]) => lines.filter((line) => line.includes(`[${pool}`));
  expect(remote(await sessions('client-a'))).toHaveLength(1);
  expect(remote(await sessions('gateway'))).toHaveLength(2);
});

it('says in the words of charon why it does not connect', async () => {
  const node = lab.node('client-b');
  await expect(initiate(node, 'nowhere')).rejects.toThrow(/CHILD_SA config 'nowhere' not found/);
});
