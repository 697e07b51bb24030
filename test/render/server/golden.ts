// Compares a text with the exact bytes kept in test/golden/server; UPDATE_GOLDEN=1 rewrites them.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Fails when the text differs from the golden file by a byte. */
export function expectGolden(name: string, text: string): void {
  const path = new URL(`../../golden/server/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
