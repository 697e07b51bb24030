// A vitest reporter that writes what it counted to the file named by SALLYPORT_TEST_COUNTS.

import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export const countsVariable = 'SALLYPORT_TEST_COUNTS';

export interface TestCounts {
  passed: number;
  failed: number;
  /** Full names of the tests that did not run, and why if they said so. */
  skipped: { name: string; reason: string | undefined }[];
}

function countModule(counts: TestCounts, testModule: TestModule): void {
  for (const test of testModule.children.allTests()) {
    const result = test.result();
    if (result.state === 'passed') counts.passed += 1;
    else if (result.state === 'failed') counts.failed += 1;
    else {
      const reason = result.state === 'skipped' ? result.note : 'it never ended';
      counts.skipped.push({ name: `${testModule.relativeModuleId}: ${test.fullName}`, reason });
    }
  }
  // A file or a hook that broke before, between or after the tests is a failure of its own.
  const suites = [testModule, ...testModule.children.allSuites()];
  counts.failed += suites.filter((suite) => suite.errors().length > 0).length;
}

export default class CountingReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts: TestCounts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const testModule of testModules) countModule(counts, testModule);
    const path = process.env[countsVariable];
    if (path !== undefined) writeFileSync(path, JSON.stringify(counts));
  }
}
