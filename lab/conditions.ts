// Bad roads between a client and its gateway: narrow, lossy, or changed for another. This kernel
// has no netem, so its firewall loses the packets, and counts them.

import { z } from 'zod';
import type { LabNode } from './node.ts';

const table = 'conditions';

// Before packets are put together again, which a router that translates addresses does at -400.
const dropFragments = 'ip frag-off & 0x3fff != 0 counter drop';

async function replaceRules(router: LabNode, rules: string): Promise<void> {
  const whole = `table inet ${table} {\n${rules}\n}\n`;
  const input = `table inet ${table}\ndelete table inet ${table}\n${whole}`;
  await router.exec(['nft', '-f', '-'], { input });
}

/** Lets no datagram pass that is larger than `mtu`, and no piece of one either. */
export async function narrow(router: LabNode, mtu: number): Promise<void> {
  await router.exec(['ip', 'link', 'set', 'dev', 'wan', 'mtu', `${mtu}`]);
  const hook = 'type filter hook prerouting priority -450;';
  await replaceRules(router, `chain narrow { ${hook}\n${dropFragments}\n}`);
}

/** Loses so many of a hundred packets, in both directions, at random. */
export async function lose(router: LabNode, percent: number): Promise<void> {
  const hook = 'type filter hook forward priority -10;';
  const rule = `numgen random mod 100 < ${percent} counter drop`;
  await replaceRules(router, `chain lossy { ${hook}\n${rule}\n}`);
}

/** Makes the road a good one again. */
export async function mend(router: LabNode): Promise<void> {
  await router.exec(['ip', 'link', 'set', 'dev', 'wan', 'mtu', '1500']);
  await router.exec(['nft', 'delete', 'table', 'inet', table]);
}

const rulesSchema = z.object({
  nftables: z.array(
    z.object({ rule: z.object({ expr: z.array(z.unknown()) }).optional() }).loose(),
  ),
});
const counterSchema = z.object({ counter: z.object({ packets: z.int() }) });

/** How many packets it has lost so far. */
export async function lostPackets(router: LabNode): Promise<number> {
  const { stdout } = await router.exec(['nft', '--json', 'list', 'table', 'inet', table]);
  let sum = 0;
  for (const { rule } of rulesSchema.parse(JSON.parse(stdout)).nftables) {
    for (const expression of rule?.expr ?? []) {
      sum += counterSchema.safeParse(expression).data?.counter.packets ?? 0;
    }
  }
  return sum;
}
