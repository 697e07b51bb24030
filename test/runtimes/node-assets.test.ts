import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadAssets } from '../../src/runtimes/node-assets.ts';
import { temporaryDirectory } from '../control-plane.ts';

const assets = loadAssets('.');
const ask = (path: string, method = 'GET') => assets(new Request(`http://h${path}`, { method }));

test('serves the files of the folder with their types', async () => {
  const style = ask('/style.css');
  expect(style?.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(await style?.text()).toContain('color-scheme');
  expect(ask('/favicon.svg')?.headers.get('content-type')).toBe('image/svg+xml');
  expect(await ask('/robots.txt', 'HEAD')?.text()).toBe('');
});

test('serves what the reference is drawn with, which others wrote', async () => {
  const script = ask('/swagger-ui/swagger-ui-bundle.js');
  expect(script?.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(await script?.text()).toContain('SwaggerUIBundle');
  expect(ask('/swagger-ui/swagger-ui.css')?.headers.get('content-type')).toContain('text/css');
  expect(ask('/swagger-ui/package.json')).toBeUndefined();
});

test.each(['/', '/v1/tenants', '/../package.json', '/style.css/', '/style.css?x', '/STYLE.CSS'])(
  'leaves %s to the application',
  (path) => {
    expect(ask(path)).toBeUndefined();
  },
);

test('leaves other methods to the application', () => {
  expect(ask('/style.css', 'POST')).toBeUndefined();
});

test('refuses at the start a file whose type it does not know', () => {
  const folder = temporaryDirectory();
  mkdirSync(join(folder, 'public'));
  writeFileSync(join(folder, 'public/a.exe'), '');
  expect(() => loadAssets(folder)).toThrow(/a\.exe has no known media type/);
});
