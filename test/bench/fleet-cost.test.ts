// The bill of the edge, checked against sums done by hand.

import { expect, test } from 'vitest';
import { type Habits, monthlyCost } from '../../bench/fleet-cost.ts';

const assumptions = {
  gateways: 1000,
  tenants: 4,
  hubRequestsPerQuestion: 2,
  hubRequestsPerReport: 2,
};

function habitsOf(given: Partial<Habits>): Habits {
  const usual = { questionSeconds: 30, keepsHubAwake: false, pingSeconds: undefined, reports: 0 };
  return { name: '', ...usual, ...given };
}

test('polling every 30 s is 87,552 questions of a gateway in a month of 30.4 days', () => {
  const { workers, hubs, awake, total } = monthlyCost(habitsOf({}), assumptions);
  expect(workers).toBeCloseTo(87.552 * 0.3, 6);
  expect(hubs).toBeCloseTo(2 * 87.552 * 0.15, 6);
  expect(awake).toBe(0);
  expect(total).toBeCloseTo(workers + hubs, 6);
});

test('a hub that is kept awake costs the same however many gateways it has', () => {
  const waiting = habitsOf({ keepsHubAwake: true });
  const { awake } = monthlyCost(waiting, assumptions);
  expect(awake).toBeCloseTo((4 * 2_626_560 * 0.128 * 12.5) / 1e6, 6);
  expect(monthlyCost(waiting, { ...assumptions, gateways: 1 }).awake).toBe(awake);
});

test('twenty pings are one request to the hub', () => {
  const silent = monthlyCost(habitsOf({}), assumptions);
  const pinging = monthlyCost(habitsOf({ pingSeconds: 30 }), assumptions);
  expect(pinging.hubs - silent.hubs).toBeCloseTo((87.552 * 0.15) / 20, 6);
  expect(pinging.workers).toBe(silent.workers);
});
