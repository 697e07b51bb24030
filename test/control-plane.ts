// A control plane for one test: real databases in a directory of its own, a clock that the test may
// advance, and every statement and log line kept.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createApp } from '../src/api/app.ts';
import { waiting } from '../src/api/wait.ts';
import type { Statement } from '../src/db/driver.ts';
import { canonicalAddress } from '../src/model/client-address.ts';
import type { RateLimits } from '../src/model/rate-policy.ts';
import { countingLog } from '../src/operations/metrics.ts';
import { MemoryRates } from '../src/operations/rate-limiter.ts';
import type { Services } from '../src/operations/services.ts';
import { readSettings } from '../src/runtimes/config.ts';
import { createNodeServices, type Tap } from '../src/runtimes/node-services.ts';
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

const perMinute = 1_000_000;
/** For tests that are about something else. */
const generous: RateLimits = {
  anonymous: perMinute,
  credential: perMinute,
  signIn: perMinute,
  account: perMinute,
  agent: perMinute,
};

/**
 * @param environment settings beyond the usual, such as a database server's
 * @param rates requests per minute in place of generous ones; `{}` for what is usual
 */
export async function createControlPlane(
  environment: Record<string, string> = {},
  rates: RateLimits = generous,
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
  const now = () => Date.now() + ahead;
  const { services, close } = await createNodeServices(settings, 'http://control.test', {
    tap,
    now,
    rates: new MemoryRates(rates, now),
  });
  onTestFinished(close);
  const write = (fields: object, message: string) => {
    logs.push(JSON.stringify({ message, ...fields }));
  };
  const log = countingLog({ info: write, error: write }, services.metrics);
  // As at the edge, so that a test may come from anywhere.
  const addressOf = ({ headers }: Request) =>
    canonicalAddress(headers.get('cf-connecting-ip') ?? '');
  const app = createApp(services, log, { addressOf });
  const fetch = waiting((request) => app.fetch(request), services.hub);
  return {
    data,
    statements,
    logs,
    services,
    fetch,
    request: (path, init) => fetch(new Request(`http://control.test${path}`, init)),
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
