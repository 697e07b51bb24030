// What `npm test` runs, what it counts, and when it fails.

import { describe, expect, it } from 'vitest';
import { addUp, closingLine, isFailure, planRun } from '../../scripts/test-summary.ts';

const counts = (passed: number, failed: number, skipped: number) => ({
  passed,
  failed,
  skipped: Array.from({ length: skipped }, (_, i) => ({ name: `t${i}`, reason: undefined })),
});

describe('arguments', () => {
  it('choose everything when there are none', () => {
    expect(planRun([])).toEqual({ projects: ['unit', 'browser', 'faults', 'lab'], files: [] });
  });

  it('choose projects by name and files by anything else', () => {
    expect(planRun(['lab', 'unit'])).toEqual({ projects: ['unit', 'lab'], files: [] });
    expect(planRun(['unit', 'test/model'])).toEqual({ projects: ['unit'], files: ['test/model'] });
    expect(planRun(['lab/enter']).files).toEqual(['lab/enter']);
  });
});

describe('the closing line', () => {
  it('adds up all projects', () => {
    const sum = addUp([counts(2, 0, 1), counts(3, 1, 0)]);
    expect(closingLine(sum)).toBe('5 passed, 1 failed, 1 skipped');
  });
});

describe('the exit code', () => {
  it.each([
    ['all passed', counts(5, 0, 0), false],
    ['one failed', counts(5, 1, 0), true],
    ['nothing ran at all', counts(0, 0, 0), true],
    ['one was skipped', counts(5, 0, 1), false],
  ])('when %s', (_, sum, failure) => {
    expect(isFailure(sum, { ci: false })).toBe(failure);
  });

  it('is a failure for a skipped test where nobody looks', () => {
    expect(isFailure(counts(5, 0, 1), { ci: true })).toBe(true);
    expect(isFailure(counts(5, 0, 0), { ci: true })).toBe(false);
  });
});
