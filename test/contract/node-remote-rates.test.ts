import { afterAll, beforeAll } from 'vitest';
import { createControlPlane } from '../control-plane.ts';
import { type Sqld, startSqld } from '../sqld.ts';
import { limitedQuotas, limitedRates, rateContract } from './rates.ts';

let sqld: Sqld;
beforeAll(async () => {
  sqld = await startSqld();
});
afterAll(() => sqld.stop());

rateContract(() => createControlPlane({ ...sqld.environment, ...limitedQuotas }, limitedRates));
