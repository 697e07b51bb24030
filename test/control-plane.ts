// A control plane for one test: real databases in a directory of its own, a clock that the test may
// advance, and every statement and log line kept.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createApp } from '../src/api/app.ts';
import type { Statement } from '../src/db/driver.ts';
import type { Services } from '../src/operations/services.ts';
import { readSettings } from '../src/runtimes/config.ts';
import type { Tap } from '../src/runtimes/node-data.ts';
import { createNodeServices } from '../src/runtimes/node-services.ts';
import { type MailPlane, operatorKey } from './contract/plane.ts';
import { queuedMails } from './mails.ts';

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export interface ControlPlane extends MailPlane {
  /** The directory with its databases and root key. */
  data: string;
  /** Every statement that reached a database, in order. */
  statements: Statement[];
  /** Every log line. */
  logs: string[];
  services: Services;
  /** The application itself, for a server around it. */
  fetch(request: Request): Response | Promise<Response>;
  advanceClock(milliseconds: number): void;
}

/** @param environment settings beyond the usual, such as a database server's */
export async function createControlPlane(
  environment: Record<string, string> = {},
): Promise<ControlPlane> {
  const data = temporaryDirectory();
  const statements: Statement[] = [];
  const logs: string[] = [];
  const tap: Tap = (driver) => ({
    batch(batch, mode) {
      statements.push(...batch);
      return driver.batch(batch, mode);
    },
    exclusively: (work) => driver.exclusively(work),
    close: () => driver.close(),
  });
  const settings = readSettings({
    SALLYPORT_DATA: data,
    SALLYPORT_OPERATOR_KEY: operatorKey,
    ...environment,
  });
  let ahead = 0;
  const { services, close } = await createNodeServices(settings, 'http://control.test', {
    tap,
    now: () => Date.now() + ahead,
  });
  onTestFinished(close);
  const write = (fields: object, message: string) => {
    logs.push(JSON.stringify({ message, ...fields }));
  };
  const app = createApp(services, { info: write, error: write });
  return {
    data,
    statements,
    logs,
    services,
    fetch: (request) => app.fetch(request),
    request: async (path, init) => app.request(`http://control.test${path}`, init),
    async mailsTo(address, tenantId) {
      const { directory, tenants, keys } = services;
      const db = tenantId === undefined ? directory : await tenants.open(tenantId);
      return db ? queuedMails(db, keys.sealer, address) : [];
    },
    advanceClock: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}
