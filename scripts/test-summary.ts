// What `npm test` runs for its arguments, and how its counts add up. Pure.

import type { TestCounts } from './test-counts.ts';

export const projects = ['unit', 'browser', 'faults', 'lab'] as const;
export type Project = (typeof projects)[number];

/** Projects named by the arguments (all, if none is), and the rest as filters of test files. */
export function planRun(args: readonly string[]): { projects: Project[]; files: string[] } {
  const named = projects.filter((project) => args.includes(project));
  return {
    projects: named.length > 0 ? named : [...projects],
    files: args.filter((arg) => !projects.some((project) => project === arg)),
  };
}

export function addUp(all: readonly TestCounts[]): TestCounts {
  return {
    passed: all.reduce((sum, counts) => sum + counts.passed, 0),
    failed: all.reduce((sum, counts) => sum + counts.failed, 0),
    skipped: all.flatMap((counts) => counts.skipped),
  };
}

/** A skipped test is no proof, so where nobody looks (`ci`) it counts as a failure. */
export function isFailure(counts: TestCounts, { ci }: { ci: boolean }): boolean {
  const nothingRan = counts.passed + counts.failed + counts.skipped.length === 0;
  return counts.failed > 0 || nothingRan || (ci && counts.skipped.length > 0);
}

export function closingLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}
