// A tenant with a log worth reading, and a hand in its database.

import { createClient, type InValue } from '@libsql/client';
import { onTestFinished } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { handlers } from '../../../src/jobs/handlers.ts';
import { runTenantJobs } from '../../../src/jobs/tenant.ts';
import type { Verification } from '../../../src/model/audit.ts';
import { limits } from '../../../src/model/limits.ts';
import { createTenant, type TestTenant } from '../../contract/plane.ts';
import { type ControlPlane, createControlPlane } from '../../control-plane.ts';
import { nobody } from '../../jobs/world.ts';

export interface Log {
  plane: ControlPlane;
  tenant: TestTenant;
  /** Makes this many changes. */
  change(count: number): Promise<void>;
  /** Signs the head, as is done once a day. */
  anchor(): Promise<void>;
  /** Writes into the database past everything. */
  tamper(sql: string, args?: InValue[]): Promise<Record<string, unknown>[]>;
  verify(from?: number): Promise<Verification>;
  db(): Promise<Database>;
}

export async function createLog(): Promise<Log> {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const url = `file:${plane.data}/tenants/${tenant.id}.db`;
  const runner = {
    services: plane.services,
    outside: nobody,
    handlers,
    log: { info: () => undefined, error: () => undefined },
    limits,
    stopping: new AbortController().signal,
  };
  let count = 0;
  const client = createClient({ url, timeout: 5000, intMode: 'bigint' });
  onTestFinished(() => client.close());
  const tamper: Log['tamper'] = async (sql, args = []) => {
    const { rows } = await client.execute({ sql, args });
    return rows.map((row) => ({ ...row }));
  };
  return {
    plane,
    tenant,
    tamper,
    async change(more) {
      for (let n = 0; n < more; n++)
        await tenant.api('POST', tenant.path('/users'), { name: `User ${++count}` });
    },
    async anchor() {
      await tamper("update jobs set due_at = 0 where kind = 'anchor'");
      await runTenantJobs(runner, tenant.id);
    },
    async db() {
      const db = await plane.services.tenants.open(tenant.id);
      if (!db) throw new Error('no database');
      return db;
    },
    async verify(from = 1) {
      const path = tenant.path(`/audit/verify?from=${from}`);
      return (await tenant.api<Verification>('GET', path)).body;
    },
  };
}
