// What every operation may use, handed in by the runtime.

import type { Database } from '../db/database.ts';
import type { RandomBytes } from '../model/ids.ts';
import type { Principal } from '../model/permissions.ts';
import type { Keys } from '../pki/root-key.ts';
import type { Cache } from './cache.ts';
import type { Hub } from './hub.ts';

/** Tenant databases: files on one runtime, remote databases on the other. */
export interface TenantDatabases {
  /** The open, migrated database of a tenant, or undefined if there is no such tenant. */
  open(tenantId: string): Promise<Database | undefined>;
  /** Makes and migrates an empty one. */
  create(tenantId: string): Promise<Database>;
  /** Removes one for good. */
  drop(tenantId: string): Promise<void>;
}

export interface Services {
  directory: Database;
  tenants: TenantDatabases;
  hub: Hub;
  keys: Keys;
  /** Where people and agents reach us, without a slash at the end. */
  publicUrl: string;
  /** SHA-256 of the operator's key, in hex. */
  operatorKeyHash: string | undefined;
  /** Verified bearer credentials by their hash or text. */
  keyCache: Cache<Principal>;
  agentCache: Cache<{ token: string; principal: Principal }>;
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
