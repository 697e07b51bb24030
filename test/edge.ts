// The edge runtime for tests: the Worker of wrangler.toml in a real workerd, beside a real sqld.

import { createTestHarness, type TestHarness, type WorkerHandle } from 'wrangler';
import { wranglerEnvironment } from '../scripts/wrangler-environment.ts';
import { operatorKey, type Plane } from './contract/plane.ts';
import { type Sqld, startSqld } from './sqld.ts';

Object.assign(process.env, wranglerEnvironment);

/** 32 zero bytes: a root key, and no secret. */
export const testRootKey = 'A'.repeat(43);

export interface Edge extends Plane {
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
    async stop() {
      await harness.close();
      await sqld.stop();
    },
  };
}
