import { afterAll, beforeAll } from 'vitest';
import { type Edge, startEdge } from '../edge.ts';
import { contractSettings } from './environment.ts';
import { contract } from './suite.ts';

// One Worker and one server for all tests: each makes tenants of its own.
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ variables: contractSettings });
}, 120_000);
afterAll(() => edge.stop());

contract(async () => edge);
