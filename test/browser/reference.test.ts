// The reference of the API as people see it: drawn in a real browser, from this host alone.

import { expect, test } from 'vitest';
import { temporaryDirectory } from '../control-plane.ts';
import { freePort, startServer } from '../server.ts';
import { launch } from './world.ts';

test.each([
  ['a phone', { width: 360, height: 740 }],
  ['a desktop', { width: 1280, height: 900 }],
])('is drawn on %s without a fault, a stranger or a line that is too long', async (_, viewport) => {
  const port = await freePort();
  await startServer({ data: temporaryDirectory(), port });
  const browser = await launch();
  const page = await browser.newPage({ viewport });
  const faults: string[] = [];
  const strangers: string[] = [];
  const origin = `http://127.0.0.1:${port}`;
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!/^data:/.test(request.url()) && !request.url().startsWith(origin))
      strangers.push(request.url());
  });
  await page.goto(`${origin}/reference`);
  const operation = page.locator('.opblock').filter({ hasText: 'device.create' }).first();
  await operation.locator('.opblock-summary-control').click();
  await operation.getByText("Ada's phone").first().waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect({ faults, strangers, width }).toEqual({
    faults: [],
    strangers: [],
    width: viewport.width,
  });
});
