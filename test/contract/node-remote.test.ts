import { afterAll, beforeAll } from 'vitest';
import { createControlPlane } from '../control-plane.ts';
import { testRootKey } from '../edge.ts';
import { type Sqld, startSqld } from '../sqld.ts';
import { contractSettings } from './environment.ts';
import { contract } from './suite.ts';

// One server for all tests: each makes tenants of its own, and the directory is shared by design.
let sqld: Sqld;
beforeAll(async () => {
  sqld = await startSqld();
});
afterAll(() => sqld.stop());

contract(() =>
  createControlPlane({
    ...sqld.environment,
    ...contractSettings,
    // They share the directory, and with it what is sealed there.
    SALLYPORT_ROOT_KEY: testRootKey,
  }),
);
