// The table of what was measured, and of what it would cost at the edge.

import { habits, monthlyCost, priceListDate } from './fleet-cost.ts';
import { type PollCosts, percentile, type WakeAll } from './fleet-measure.ts';

export interface Result {
  gateways: number;
  tenants: number;
  enrolSeconds: number;
  backMilliseconds: number;
  idleBytes: number | undefined;
  peakBytes: number | undefined;
  wakeOne: number[];
  wakeAll: WakeAll;
  /** Hubs that came into being again, at the edge. */
  wokenHubs: number;
  polls: PollCosts | undefined;
  failures: string[];
  load: number;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? 'not known' : `${Math.round(bytes / 1e6)} MB`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function rowOf(result: Result): string[] {
  const { wakeOne, wakeAll: all, polls } = result;
  const ms = (p: number) => `${percentile(wakeOne, p).toFixed(1)} ms`;
  return [
    `${result.gateways} in ${result.tenants}`,
    megabytes(result.idleBytes),
    megabytes(result.peakBytes),
    ms(0.5),
    ms(0.99),
    seconds(all.last),
    all.hub === undefined ? '-' : `${all.hub.toFixed(0)} ms`,
    all.told === undefined ? '-' : seconds(all.last - all.told),
    `${all.changes} in ${seconds(all.changed)}`,
    seconds(all.reported),
    all.processor ? all.processor.map((used) => `${used.toFixed(2)} s`).join(' / ') : 'not known',
    `${result.wokenHubs || '-'}`,
    polls ? `${polls.statements ?? '-'} / ${polls.requests}` : 'not counted here',
    seconds(result.backMilliseconds),
    `${result.enrolSeconds.toFixed(0)} s`,
    result.load.toFixed(1),
  ];
}

export const columns = [
  'gateways in tenants',
  'memory idle',
  'peak',
  'wake one p50',
  'p99',
  'first change to last document',
  'hub told all in',
  'telling all to last document',
  'changes acknowledged',
  'last report',
  'processor: documents / and reports',
  'hubs woken',
  'statements / requests per idle poll',
  'all back after restart',
  'enrolled in',
  'load',
];

export function printTable(head: readonly string[], rows: readonly string[][]): void {
  for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
}

export function printCosts(): void {
  const assumptions = {
    gateways: 1000,
    tenants: 16,
    hubRequestsPerQuestion: 2,
    hubRequestsPerReport: 2,
  };
  console.log(
    `\nAt the edge, 1,000 gateways of 16 tenants, a month, price list of ${priceListDate}:`,
  );
  const dollars = (amount: number) => amount.toFixed(2);
  printTable(
    ['how it watches', 'Workers $', 'hub requests $', 'hubs awake $', 'together $'],
    habits.map((habit) => {
      const { workers, hubs, awake, total } = monthlyCost(habit, assumptions);
      return [habit.name, ...[workers, hubs, awake, total].map(dollars)];
    }),
  );
}
