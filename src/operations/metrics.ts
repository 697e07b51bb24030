// What this process, or at the edge this isolate, has counted since it started. No label is taken
// from a request or names a tenant: each comes from a closed list of ours.

import type { DatabaseFault } from '../db/observed-driver.ts';
import type { Log } from '../model/log.ts';
import type { Operation } from '../model/permissions.ts';
import type { RatePolicyName } from '../model/rate-policy.ts';
import { Counter, Gauge, Histogram } from './prometheus.ts';

export type StatusClass = `${1 | 2 | 3 | 4 | 5}xx`;
/** What takes about the same time. A watch waits, so its time says nothing of ours. */
export type OperationClass = 'watch' | 'agent' | 'anonymous' | 'read' | 'change' | 'page';
export type CredentialKind = 'agent' | 'session' | 'key' | 'unknown';
export type JobOutcome = 'done' | 'repeated' | 'failed' | 'dead';

const durationBounds = [0.005, 0.025, 0.1, 0.5, 2.5, 10];

export class Metrics {
  readonly requests = new Counter<[operation: Operation | 'none', status: StatusClass]>(
    'sallyport_requests_total',
    'Requests answered, by operation and class of status.',
    'operation',
    'status',
  );
  readonly durations = new Histogram<OperationClass>(
    'sallyport_request_duration_seconds',
    'How long answers took, by class of operation.',
    'class',
    durationBounds,
  );
  readonly authenticationFailures = new Counter<[credential: CredentialKind]>(
    'sallyport_authentication_failures_total',
    'Credentials that were not valid, by kind.',
    'credential',
  );
  readonly rateRefusals = new Counter<[policy: RatePolicyName]>(
    'sallyport_rate_limited_total',
    'Requests refused because there were too many, by policy.',
    'policy',
  );
  /** The kinds are those that have a handler, or `unknown`. */
  readonly jobs = new Counter<[kind: string, outcome: JobOutcome]>(
    'sallyport_jobs_total',
    'Jobs run, by kind and outcome.',
    'kind',
    'outcome',
  );
  readonly databaseErrors = new Counter<[code: DatabaseFault]>(
    'sallyport_database_errors_total',
    'Batches that a database refused or did not answer, by code.',
    'code',
  );
  readonly faults = new Counter<[event: string]>(
    'sallyport_faults_total',
    'Lines in the log that tell of an error, by event.',
    'event',
  );
  readonly #gauges = new Map<string, Gauge>();

  gauge(name: string, help: string, read: () => number): void {
    this.#gauges.set(name, new Gauge(name, help, read));
  }

  /** All of it, in Prometheus' text format. */
  text(): string {
    const { requests, durations, authenticationFailures, rateRefusals } = this;
    const { jobs, databaseErrors, faults } = this;
    const own = [requests, durations, authenticationFailures, rateRefusals];
    const all = [...own, jobs, databaseErrors, faults, ...this.#gauges.values()];
    return all.map((metric) => metric.text()).join('');
  }
}

/** A log whose errors are counted too, by their event, which is a text of ours. */
export function countingLog(log: Log, { faults }: Metrics): Log {
  return {
    info: (fields, message) => log.info(fields, message),
    error(fields, message) {
      faults.add(message);
      log.error(fields, message);
    },
  };
}
