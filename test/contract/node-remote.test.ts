import { afterAll, beforeAll } from 'vitest';
import { createControlPlane } from '../control-plane.ts';
import { type Sqld, startSqld } from '../sqld.ts';
import { contract } from './suite.ts';

// One server for all tests: each makes tenants of its own, and the directory is shared by design.
let sqld: Sqld;
beforeAll(async () => {
  sqld = await startSqld();
});
afterAll(() => sqld.stop());

contract(() => createControlPlane(sqld.environment));
