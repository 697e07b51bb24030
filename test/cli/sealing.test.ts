import { expect, test } from 'vitest';
import * as canned from './answers.ts';
import { startWorld } from './world.ts';

test('sallyport sealing list sums over all pages, and names a key that is missing', async () => {
  const second = { items: [canned.sealing], next: null };
  const first = { items: [canned.sealing], next: canned.tenantId };
  await using world = await startWorld({
    'GET /v1/sealing': { body: first },
    [`GET /v1/sealing?cursor=${canned.tenantId}`]: { body: second },
  });
  const { code, out } = await world.run(['sealing', 'list']);
  expect(code).toBe(0);
  expect(out).toMatch(/y2027 +28 +newest/);
  expect(out).toMatch(/y2026 +4 +missing in SALLYPORT_SEALING_KEYS/);
  expect(JSON.parse((await world.run(['sealing', 'list', '--json'])).out)).toEqual({
    keys: [
      { id: 'y2027', texts: 28, status: 'newest' },
      { id: 'y2026', texts: 4, status: 'missing' },
    ],
    unseen: [],
  });
});

test('sallyport sealing renew begins everywhere, and fails when one is left out', async () => {
  const body = { items: [canned.unseenSealing, canned.sealing], next: null };
  await using world = await startWorld({ 'POST /v1/sealing/renew': { body } });
  const { code, out, err } = await world.run(['sealing', 'renew']);
  expect(code).toBe(1);
  expect(out).toContain('sallyport sealing list');
  expect(out).toMatch(/tenant +none: the directory/);
  expect(err).toContain('1 of 2 databases were left out');
});
