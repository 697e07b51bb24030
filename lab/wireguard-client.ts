// A WireGuard client as a Linux user runs it: wg-quick with the very file that was handed out.

import { basename } from 'node:path';
import type { LabNode } from './node.ts';

const quickTimeoutMs = 15_000;

/**
 * Brings the tunnel of a .conf file up; its interface has the file's name. wg-quick takes
 * wireguard-go by itself where the kernel has no WireGuard. Throws with wg-quick's own words.
 */
export async function connect(node: LabNode, path: string): Promise<{ interfaceName: string }> {
  await node.exec(['wg-quick', 'up', path], { timeoutMs: quickTimeoutMs });
  return { interfaceName: basename(path, '.conf') };
}

/** Takes the tunnel of a .conf file down again. Throws when it is not up. */
export async function disconnect(node: LabNode, path: string): Promise<void> {
  await node.exec(['wg-quick', 'down', path], { timeoutMs: quickTimeoutMs });
}
