// Everything the operations need, put together the same way on every runtime.

import { openDatabase } from '../db/database.ts';
import type { Driver } from '../db/driver.ts';
import { migrate } from '../db/migrate.ts';
import { directoryMigrations } from '../db/migrations.gen.ts';
import { createTenantDatabases, type DatabaseProvisioner } from '../db/tenant-databases.ts';
import { limits } from '../model/limits.ts';
import type { Quotas } from '../model/quota.ts';
import { createCache } from '../operations/cache.ts';
import type { Hub } from '../operations/hub.ts';
import type { Services, SignUp } from '../operations/services.ts';
import { keysFrom } from '../pki/root-key.ts';
import { secretHash } from '../pki/tokens.ts';

/** What differs from runtime to runtime. */
export interface Platform {
  directory: Driver;
  provisioner: DatabaseProvisioner;
  hub: Hub;
  rootKey: Uint8Array<ArrayBuffer>;
  operatorKey: string | undefined;
  /** Without a slash at the end. */
  publicUrl: string;
  signUp: SignUp;
  quotas: Quotas;
  /** See `Services.wake`. */
  wake: Services['wake'];
  /** Unix time in milliseconds. */
  now: () => number;
}

/** @throws SallyportError that names what is wrong with a key or the directory's database */
export async function createServices(platform: Platform): Promise<Services> {
  const { directory, provisioner, hub, rootKey, operatorKey, publicUrl, now } = platform;
  const { signUp, quotas, wake } = platform;
  const keys = await keysFrom(rootKey);
  await migrate(directory, directoryMigrations, now());
  const db = openDatabase(directory);
  return {
    directory: db,
    tenants: createTenantDatabases(db, provisioner, limits.openTenantDatabases, now),
    hub,
    keys,
    publicUrl,
    operatorKeyHash: operatorKey && (await secretHash(operatorKey)),
    keyCache: createCache(limits.apiKeysCached, now),
    agentCache: createCache(limits.agentTokensCached, now),
    sessionCache: createCache(limits.sessionsCached, now),
    standingCache: createCache(limits.standingsCached, now),
    memberCache: createCache(limits.membersCached, now),
    quotas,
    signUp,
    wake,
    now,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  };
}
