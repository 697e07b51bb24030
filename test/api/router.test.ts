// Which of hono's routers finds a request's handler.

import { expect, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { createControlPlane } from '../control-plane.ts';

test('one expression finds the handler of every path', async () => {
  const { services } = await createControlPlane();
  const app = createApp(services, { info() {}, error() {} });
  await app.request('/healthz');
  const hint =
    'hono fell back to a slower router: a path has a word where another has a parameter, such as ' +
    '/things/new beside /things/{thingId}. Give the word a place of its own.';
  expect(app.router.name, hint).toBe('SmartRouter + RegExpRouter');
});
