import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { operations } from '../../src/model/permissions.ts';
import { createControlPlane } from '../control-plane.ts';

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: object }>>;
}

async function fetchDocument(): Promise<{ text: string; document: Document }> {
  const plane = await createControlPlane();
  const response = await plane.request('/openapi.json');
  expect(response.status).toBe(200);
  const text = await response.text();
  return { text, document: JSON.parse(text) };
}

test('passes a public linter without an error or a warning', async () => {
  const { text } = await fetchDocument();
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: text, config });
  expect(problems.map(({ message, location }) => [message, location[0]?.pointer])).toEqual([]);
});

test('lists every operation under its name, below /v1', async () => {
  const { document } = await fetchDocument();
  expect(document.openapi).toBe('3.1.0');
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map(({ operationId }) => {
      expect(path).toMatch(/^\/v1\//);
      return operationId;
    }),
  );
  expect(listed.sort()).toEqual([...operations].sort());
});
