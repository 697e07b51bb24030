// The tenants' databases, opened when they are needed and migrated before anyone sees them.

import { eq } from 'drizzle-orm';
import { notFound, SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { type Database, openDatabase } from './database.ts';
import type { Driver } from './driver.ts';
import { migrate } from './migrate.ts';
import { tenantMigrations } from './migrations.gen.ts';
import { tenants } from './schema/directory.ts';

/** Where tenant databases are: files, namespaces of a server, or a hosted platform. */
export interface DatabaseProvisioner {
  /** A way to a tenant's database. Cheap: it connects when it is first used. */
  connect(tenantId: string): Driver;
  /** Makes an empty database. One that exists is fine: an attempt may have been cut short. */
  create(tenantId: string): Promise<void>;
  /** Removes a database for good. One that is gone already is fine. */
  drop(tenantId: string): Promise<void>;
}

export interface TenantDatabases {
  /** The migrated database of a tenant, or undefined if there is no such tenant. */
  open(tenantId: string): Promise<Database | undefined>;
  /** Makes and migrates an empty one. The directory's row makes it a tenant. */
  create(tenantId: string): Promise<Database>;
  /** Removes one for good. */
  drop(tenantId: string): Promise<void>;
  /** How many are open now. */
  openCount(): number;
  close(): Promise<void>;
}

interface Handle {
  db: Database;
  driver: Driver;
  /** It was dropped: whoever still holds it must not bring its file into being again. */
  gone: boolean;
}

/** @param onTrouble is called when the database does not answer as it should */
function guarded(
  driver: Driver,
  tenantId: string,
  isGone: () => boolean,
  onTrouble: () => void,
): Driver {
  return {
    ...driver,
    async batch(statements, mode) {
      if (isGone()) throw notFound('tenant', tenantId);
      try {
        return await driver.batch(statements, mode);
      } catch (error) {
        if (error instanceof SallyportError) onTrouble();
        throw error;
      }
    },
  };
}

async function bringUpToDate(tenantId: string, driver: Driver, now: number): Promise<void> {
  try {
    await migrate(driver, tenantMigrations, now);
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'busy') throw error;
    throw new SallyportError(
      'not_migrated',
      `The database of tenant ${tenantId} could not be brought up to date.`,
      {
        wayOut: 'Other tenants are not affected; the operator finds the cause in the log.',
        cause: error,
      },
    );
  }
}

async function isTenant(directory: Database, tenantId: string): Promise<boolean> {
  const query = directory.build.select({ id: tenants.id }).from(tenants);
  const [rows] = await directory.run(query.where(eq(tenants.id, tenantId)));
  return rows.length > 0;
}

/**
 * @param most handles kept; the one that was used longest ago is let go
 * @param now Unix time in milliseconds
 */
export function createTenantDatabases(
  directory: Database,
  provisioner: DatabaseProvisioner,
  most: number,
  now: () => number,
): TenantDatabases {
  const handles = new Map<string, Handle>();
  // Tenants whose databases are there and up to date. It outlives the handles, so that watches of
  // more tenants than handles touch no database. A set and no promises: on one runtime a request
  // must not wait for another one's work.
  const ready = new Set<string>();

  function connect(tenantId: string): Handle {
    const bare = provisioner.connect(tenantId);
    // It may be gone, dropped by another process: the directory is asked the next time.
    const driver = guarded(
      bare,
      tenantId,
      () => handle.gone,
      () => ready.delete(tenantId),
    );
    const handle = { driver, db: openDatabase(driver), gone: false };
    return handle;
  }

  function handleOf(tenantId: string): Handle {
    const handle = handles.get(tenantId) ?? connect(tenantId);
    // The last in the map is the one that was used last.
    handles.delete(tenantId);
    handles.set(tenantId, handle);
    const [oldest] = handles;
    if (handles.size > most && oldest) {
      handles.delete(oldest[0]);
      void oldest[1].db.close();
    }
    return handle;
  }

  async function makeReady(tenantId: string): Promise<Database> {
    const { db, driver } = handleOf(tenantId);
    if (ready.has(tenantId)) return db;
    await bringUpToDate(tenantId, driver, now());
    ready.add(tenantId);
    const [oldest] = ready;
    if (ready.size > limits.tenantsRemembered && oldest !== undefined) ready.delete(oldest);
    return db;
  }

  return {
    async open(tenantId) {
      if (!ready.has(tenantId) && !(await isTenant(directory, tenantId))) return undefined;
      return makeReady(tenantId);
    },
    async create(tenantId) {
      await provisioner.create(tenantId);
      return makeReady(tenantId);
    },
    async drop(tenantId) {
      const handle = handles.get(tenantId);
      if (handle) handle.gone = true;
      await handle?.db.close();
      handles.delete(tenantId);
      ready.delete(tenantId);
      await provisioner.drop(tenantId);
    },
    openCount: () => handles.size,
    async close() {
      await Promise.all([...handles.values()].map(({ db }) => db.close()));
      handles.clear();
    },
  };
}
