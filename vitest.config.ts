import { defineConfig } from 'vitest/config';

// `unit` runs anywhere and in parallel; `slow` are the long fault runs; `lab` needs root and runs
// inside private namespaces (scripts/test.ts arranges that).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/faults/**', 'test/fuzz/fuzz.test.ts', 'test/browser/**'],
          // Some tests start whole processes, and a loaded machine starts them slowly.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts', 'test/fuzz/fuzz.test.ts'],
          testTimeout: 600_000,
        },
      },
      {
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 120_000 },
      },
      {
        test: {
          name: 'lab',
          include: ['lab/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
