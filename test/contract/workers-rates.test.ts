import { afterAll, beforeAll, expect, test } from 'vitest';
import { rateBindingsSchema } from '../../src/runtimes/workers-rates.ts';
import { type Edge, startEdge } from '../edge.ts';
import { limitedQuotas, limitedRates, rateContract } from './rates.ts';

let edge: Edge;
beforeAll(async () => {
  const rates = Object.entries(limitedRates).map(([name, most]) => `${name}=${most}`);
  const variables = { ...limitedQuotas, SALLYPORT_RATE_LIMITS: rates.join(' ') };
  edge = await startEdge({ variables });
}, 120_000);
afterAll(() => edge.stop());

rateContract(async () => edge);

test('the edge counts with others: what the platform refuses is refused', async () => {
  const { RATE_ANONYMOUS } = rateBindingsSchema.parse(await edge.worker.getEnv());
  const headers = { 'cf-connecting-ip': '192.0.2.77' };
  const ask = () => edge.request('/setup/x', { headers });
  // Somebody else, in another isolate. The platform's minute may end in the middle of it.
  let others = 0;
  for (; others < 400; others++) {
    if (!(await RATE_ANONYMOUS.limit({ key: '192.0.2.77' })).success) break;
  }
  expect(others).toBeGreaterThanOrEqual(120);
  const refusal = await ask();
  expect(refusal.status).toBe(429);
  expect(refusal.headers.get('retry-after')).toBe('60');
});
