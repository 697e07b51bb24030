// Everything the operations need, put together the same way on every runtime.

import { openDatabase } from '../db/database.ts';
import type { Driver } from '../db/driver.ts';
import { migrate } from '../db/migrate.ts';
import { directoryMigrations } from '../db/migrations.gen.ts';
import { observed } from '../db/observed-driver.ts';
import {
  createTenantDatabases,
  type DatabaseProvisioner,
  type TenantDatabases,
} from '../db/tenant-databases.ts';
import { limits } from '../model/limits.ts';
import type { Quotas } from '../model/quota.ts';
import type { RateLimits } from '../model/rate-policy.ts';
import type { SealingSecret } from '../model/sealing.ts';
import { createCache } from '../operations/cache.ts';
import type { Hub } from '../operations/hub.ts';
import type { Metrics } from '../operations/metrics.ts';
import { MemoryRates, noRates, type RateLimiter } from '../operations/rate-limiter.ts';
import type { Services, SignUp } from '../operations/services.ts';
import { createRandom } from '../pki/random.ts';
import { keysFrom, type MakeSign } from '../pki/root-key.ts';
import { secretHash } from '../pki/tokens.ts';

/** What differs from runtime to runtime. */
export interface Platform {
  directory: Driver;
  provisioner: DatabaseProvisioner;
  hub: Hub;
  rootKey: Uint8Array<ArrayBuffer>;
  /** Keys for sealing, the newest first; none where the root's own seals. */
  sealingKeys: readonly SealingSecret[];
  /** How it signs, where that is better than WebCrypto. */
  makeSign?: MakeSign;
  operatorKey: string | undefined;
  /** Without a slash at the end. */
  publicUrl: string;
  signUp: SignUp;
  quotas: Quotas;
  rates: RateLimiter;
  metrics: Metrics;
  /** See `Services`. */
  outbound: Services['outbound'];
  profileSigner: Services['profileSigner'];
  oidc: Services['oidc'];
  deliver: Services['deliver'];
  wake: Services['wake'];
  /** Unix time in milliseconds. */
  now: () => number;
}

/** The limiter that the setting asks for, in this process's memory. */
export function ratesFrom(setting: RateLimits | 'off', now: () => number): RateLimiter {
  return setting === 'off' ? noRates : new MemoryRates(setting, now);
}

function addGauges(metrics: Metrics, tenants: TenantDatabases, hub: Hub): void {
  const opened = 'Databases of tenants that are open.';
  metrics.gauge('sallyport_tenant_databases_open', opened, () => tenants.openCount());
  const { waiting } = hub;
  if (waiting) metrics.gauge('sallyport_hub_waiters', 'Questions of agents held open.', waiting);
}

/** @throws SallyportError that names what is wrong with a key or the directory's database */
export async function createServices(platform: Platform): Promise<Services> {
  const { directory, provisioner, hub, rootKey, operatorKey, publicUrl, now } = platform;
  const { signUp, quotas, outbound, oidc, deliver, wake, rates, metrics } = platform;
  const { profileSigner } = platform;
  const keys = await keysFrom(rootKey, platform.makeSign, platform.sealingKeys);
  await migrate(directory, directoryMigrations, now());
  const watched = (driver: Driver): Driver =>
    observed(driver, (fault) => metrics.databaseErrors.add(fault));
  const db = openDatabase(watched(directory));
  const watchedProvisioner: DatabaseProvisioner = {
    ...provisioner,
    connect: (tenantId) => watched(provisioner.connect(tenantId)),
  };
  const tenants = createTenantDatabases(db, watchedProvisioner, limits.openTenantDatabases, now);
  addGauges(metrics, tenants, hub);
  return {
    directory: db,
    tenants,
    hub,
    keys,
    publicUrl,
    operatorKeyHash: operatorKey && (await secretHash(operatorKey)),
    keyCache: createCache(limits.apiKeysCached, now),
    agentCache: createCache(limits.agentTokensCached, now),
    sessionCache: createCache(limits.sessionsCached, now),
    standingCache: createCache(limits.standingsCached, now),
    memberCache: createCache(limits.membersCached, now),
    signedInCache: createCache(limits.membersCached, now),
    provenCredentials: createCache(limits.provenCredentials, now),
    rates,
    metrics,
    revocationLists: createCache(limits.revocationListsCached, now),
    hurriedCache: createCache(limits.outletsHurriedCached, now),
    quotas,
    signUp,
    outbound,
    profileSigner,
    oidc,
    deliver,
    wake,
    now,
    random: createRandom(),
  };
}
