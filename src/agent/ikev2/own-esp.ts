// ESP that charon does by itself, where the kernel has none, and what keeps it from doing so.

import { contains, parseAddress, parsePrefix } from '../../model/cidr.ts';
import type { Host } from '../host.ts';
import { parseAddresses, run } from '../linux.ts';

/** charon takes a network with one of them for all of the world. */
const loopback = ['127.0.0.1', '::1'];

/**
 * The routes that keep every device out: for each, charon makes a route back to the device, from an
 * address of the machine's own that is within (strongSwan, `kernel_libipsec_ipsec.c`).
 */
export function routesWithoutSource(
  routes: readonly string[],
  addresses: readonly string[],
): string[] {
  const own = [...loopback, ...addresses].map(parseAddress).filter((one) => one !== undefined);
  return routes.filter((route) => {
    const prefix = parsePrefix(route);
    return typeof prefix !== 'string' && !own.some((address) => contains(prefix, address));
  });
}

/** What to say of them; undefined if there is none. */
export async function ownEspFault(
  host: Host,
  routes: readonly string[],
): Promise<string | undefined> {
  const addresses = parseAddresses(await run(host, ['ip', '-json', 'address', 'show']));
  const [route] = routesWithoutSource(routes, addresses);
  if (route === undefined) return undefined;
  return (
    'charon does ESP by itself, and lets nobody in without an address of this machine in each ' +
    `route: ${route} has none`
  );
}
