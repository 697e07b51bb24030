// The edge runtime under measurement: the real workerd beside a real libSQL server.

import { readdirSync, readFileSync } from 'node:fs';
import { operatorKey } from '../test/contract/plane.ts';
import { startEdge } from '../test/edge.ts';
import { type EdgeTarget, manyDevices } from './fleet-target.ts';

function parentOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** The workerd that serves, which of ours holds the most memory. */
function findWorkerd(): number | undefined {
  const found = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return /(^|\/)workerd\0/.test(command) && parentOf(name) === process.pid;
    } catch {
      return false;
    }
  });
  const pages = (pid: string) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  const [largest] = found.toSorted((a, b) => pages(b) - pages(a));
  return largest === undefined ? undefined : Number(largest);
}

export async function startWorkerd(): Promise<EdgeTarget> {
  const variables = { SALLYPORT_LOG_LEVEL: 'silent', SALLYPORT_QUOTAS: manyDevices };
  const edge = await startEdge({ variables });
  return {
    kind: 'edge',
    name: 'workerd, sqld',
    url: edge.url.origin,
    operatorKey,
    pid: findWorkerd,
    async hibernate(tenantId) {
      try {
        await edge.worker.evictDurableObject('HUB', { name: tenantId, webSockets: 'hibernate' });
      } catch (error) {
        // After ten idle seconds it has gone to sleep by itself.
        if (!String(error).includes('not currently running')) throw error;
      }
    },
    databaseRequests: () => edge.sqld.requests,
    stop: () => edge.stop(),
  };
}
