// The edge runtime for tests: the Worker of wrangler.toml in a real workerd, beside a real sqld.

import { createClient } from '@libsql/client';
import { createTestHarness, type TestHarness, type WorkerHandle } from 'wrangler';
import { wranglerEnvironment } from '../scripts/wrangler-environment.ts';
import { openDatabase } from '../src/db/database.ts';
import { createRemoteDriver } from '../src/db/remote-driver.ts';
import { fromBase64Url } from '../src/model/encoding.ts';
import type { Mail } from '../src/model/mail.ts';
import { keysFrom } from '../src/pki/root-key.ts';
import { testRootKey } from './bare-workerd.ts';
import { type MailPlane, operatorKey } from './contract/plane.ts';
import { queuedMails } from './mails.ts';
import { databaseUrl, type Sqld, startSqld } from './sqld.ts';

export { testRootKey };

Object.assign(process.env, wranglerEnvironment);

export interface Edge extends MailPlane {
  sqld: Sqld;
  harness: TestHarness;
  worker: WorkerHandle;
  /** Where it listens, for what the harness cannot send. */
  url: URL;
  stop(): Promise<void>;
}

export interface EdgeOptions {
  /** Variables in place of the usual ones. */
  variables?: Record<string, string>;
  secrets?: Record<string, string>;
}

/** The mails in a queue of the Worker, as far as nobody has sent them. */
async function mailsIn(sqld: Sqld, namespace: string, address: string): Promise<Mail[]> {
  const url = databaseUrl(sqld, namespace);
  const driver = createRemoteDriver(() => createClient({ url, intMode: 'number' }));
  const { sealer } = await keysFrom(fromBase64Url(testRootKey) ?? new Uint8Array());
  const mails = await queuedMails(openDatabase(driver), sealer, address);
  await driver.close();
  return mails;
}

/** Starts the Worker with these variables; the caller stops it. */
export async function startEdge({ variables, secrets }: EdgeOptions = {}): Promise<Edge> {
  const sqld = await startSqld();
  const harness = createTestHarness({
    workers: [
      {
        configPath: 'wrangler.toml',
        vars: {
          ...sqld.environment,
          SALLYPORT_PUBLIC_URL: 'http://control.test',
          SALLYPORT_LOG_LEVEL: 'info',
          // All tests come from one address.
          SALLYPORT_RATE_LIMITS: 'off',
          ...variables,
        },
        secrets: secrets ?? {
          SALLYPORT_ROOT_KEY: testRootKey,
          SALLYPORT_OPERATOR_KEY: operatorKey,
        },
      },
    ],
  });
  const { url } = await harness.listen();
  return {
    sqld,
    harness,
    worker: harness.getWorker(),
    url,
    request: (path, init) => fetch(new URL(path, url), init),
    mailsTo: (address, tenantId) =>
      mailsIn(sqld, tenantId?.replace('_', '-') ?? 'directory', address),
    async stop() {
      await harness.close();
      await sqld.stop();
    },
  };
}
