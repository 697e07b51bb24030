// Has a tenant's log sent on to its webhooks and its syslog server, if it has any. Who has none
// pays a look into a cache; who has some pays a write in the directory once a second, however many
// changes there are.

import { armWakeup } from '../db/wakeups.ts';
import { limits } from '../model/limits.ts';
import type { Services, TenantScope } from './services.ts';
import { standingOf } from './standing.ts';

type Place = Pick<TenantScope, 'services' | 'tenantId' | 'db'>;

async function hurry(services: Services, tenantId: string): Promise<void> {
  const { hurriedCache, directory, now } = services;
  if (hurriedCache.get(tenantId)) return;
  const dueAt = now() + limits.outletPauseMilliseconds;
  // Whatever is written until then is there when somebody looks.
  hurriedCache.set(tenantId, true, dueAt);
  await directory.run(armWakeup(directory, tenantId, dueAt));
  services.wake(tenantId, limits.outletPauseMilliseconds);
}

/** Call it after a revision was written. It never rejects: the outlets look by themselves later. */
export async function sendOn({ services, tenantId, db }: Place): Promise<void> {
  try {
    const { hasOutlets } = await standingOf(services, tenantId, db);
    if (hasOutlets) await hurry(services, tenantId);
  } catch {
    // The change is written; that counts.
  }
}

/** Call it after an outlet was made or changed: what is known of the tenant's is out of date. */
export async function sendOnAtOnce({ services, tenantId, db }: Place): Promise<void> {
  services.standingCache.delete(tenantId);
  services.hurriedCache.delete(tenantId);
  await sendOn({ services, tenantId, db });
}
