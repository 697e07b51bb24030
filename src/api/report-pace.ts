// When a change reaches many gateways at once, their reports shall not keep the documents of the
// others waiting: each answer with a document says how long its agent's report has time.

import { limits } from '../model/limits.ts';

export const reportAfterHeader = 'sallyport-report-after';

/** Gives the milliseconds for each next document; none as long as few are asked for. */
export type ReportPace = (now: number) => number;

export function createReportPace(): ReportPace {
  /** When the last of the reports that are awaited shall come. */
  let last = 0;
  return (now) => {
    const next = Math.max(now, last + 1000 / limits.reportsPerSecond);
    last = Math.min(next, now + limits.reportAfterMostMilliseconds);
    return Math.floor(last - now);
  };
}
