import { afterAll, beforeAll } from 'vitest';
import { type Edge, startEdge } from '../edge.ts';
import { contract } from './suite.ts';

// One Worker and one server for all tests: each makes tenants of its own.
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ variables: { SALLYPORT_SIGN_UP: 'open' } });
}, 120_000);
afterAll(() => edge.stop());

contract(async () => edge);
