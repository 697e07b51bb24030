import { expect, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { createEdgeHub, type HubStub } from '../../src/runtimes/workers-hub.ts';
import { namingRequests, withinRequest } from '../../src/runtimes/workers-request-ids.ts';
import { createTenant, enrolledGateway } from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

const away = () => Promise.reject(new Error('the object was reset'));
const stub: HubStub = {
  recall: away,
  remember: away,
  publish: away,
  forget: away,
  wait: away,
  fetch: away,
};

test('a line about the hub names the request that asked it, among others at once', async () => {
  const plane = await createControlPlane();
  const lines: Record<string, unknown>[] = [];
  const write = (fields: object, event: string) => void lines.push({ ...fields, event });
  const log = namingRequests({ info: write, error: write });
  const hub = createEdgeHub({ getByName: () => stub }, (err) => log.error({ err }, 'hub'));
  const border = { addressOf: () => undefined, within: withinRequest };
  const app = createApp({ ...plane.services, hub }, log, border);
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  const ask = async () => app.request('http://control.test/v1/agent/state', { headers });
  const replies = await Promise.all([ask(), ask(), ask()]);
  const ids = replies.map((reply) => reply.headers.get('x-request-id'));
  const named = lines.filter(({ event }) => event === 'hub').map(({ requestId }) => requestId);
  expect(new Set(ids).size).toBe(3);
  expect(new Set(named)).toEqual(new Set(ids));
});

test('a line that no request caused names none', () => {
  const lines: object[] = [];
  const log = namingRequests({ info: (fields) => lines.push(fields), error: () => undefined });
  log.info({ a: 1 }, 'x');
  expect(lines).toEqual([{ a: 1 }]);
});
