// What every operation may use, handed in by the runtime.

import type { Database } from '../db/database.ts';
import type { TenantDatabases } from '../db/tenant-databases.ts';
import type { RandomBytes } from '../model/ids.ts';
import type { Principal } from '../model/permissions.ts';
import type { Keys } from '../pki/root-key.ts';
import type { Cache } from './cache.ts';
import type { Hub } from './hub.ts';

export interface Services {
  directory: Database;
  tenants: TenantDatabases;
  hub: Hub;
  keys: Keys;
  /** Where people and agents reach us, without a slash at the end. */
  publicUrl: string;
  /** SHA-256 of the operator's key, in hex. */
  operatorKeyHash: string | undefined;
  /** Principals of tenants' keys, by the key's hash. */
  keyCache: Cache<Principal>;
  /** Principals of verified agents' tokens, by the token. */
  agentCache: Cache<Principal>;
  /** Unix time in milliseconds. */
  now(): number;
  random: RandomBytes;
}

/** Who asks, and with what. */
export interface Caller {
  services: Services;
  principal: Principal;
}

/** A caller who was let into a tenant; only `enterTenant` makes one. */
export interface TenantScope extends Caller {
  tenantId: string;
  db: Database;
}
