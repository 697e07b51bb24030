// The edge's hub from the side of a request: which object it asks, and what it does without answer.

import { expect, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { waiting } from '../../src/api/wait.ts';
import { createEdgeHub, type HubStub, hubName } from '../../src/runtimes/workers-hub.ts';
import { readDocument } from '../contract/agent.ts';
import { createTenant, enrolledGateway } from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

const away = () => Promise.reject(new Error('the object was reset'));
const brokenStub: HubStub = {
  recall: away,
  remember: away,
  publish: away,
  forget: away,
  wait: away,
  fetch: away,
};

/** A control plane on Node whose hub is the edge's, and never answers. */
async function createPlaneWithBrokenHub() {
  const warnings: unknown[] = [];
  const { services } = await createControlPlane();
  const hub = createEdgeHub({ getByName: () => brokenStub }, (error) => warnings.push(error));
  const silent = { info: () => undefined, error: () => undefined };
  const app = createApp({ ...services, hub }, silent);
  const fetch = waiting((question) => app.fetch(question), hub);
  const request = (path: string, init?: RequestInit) =>
    fetch(new Request(`http://control.test${path}`, init));
  return { request, warnings };
}

test('a tenant has one hub as long as its gateways fit into one', () => {
  expect(hubName('t_a', 'gw_1')).toBe('t_a');
  expect(hubName('t_a', 'gw_2')).toBe('t_a');
});

test('more gateways are spread over several hubs, evenly and always the same way', () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 4000; i++) {
    const name = hubName('t_a', `gw_${i}`, 4);
    expect(hubName('t_a', `gw_${i}`, 4)).toBe(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(['t_a.0', 't_a.1', 't_a.2', 't_a.3']);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('a change that the hub cannot be told of is made all the same, and logged', async () => {
  const plane = await createPlaneWithBrokenHub();
  const tenant = await createTenant(plane);
  const gateway = await enrolledGateway(plane, tenant);
  // It could not be told that there is a gateway, nor that its agent enrolled with another key.
  expect(plane.warnings).toHaveLength(3);
  expect((await tenant.api('DELETE', tenant.path(`/gateways/${gateway.id}`))).status).toBe(204);
  expect(plane.warnings).toHaveLength(4);
});

test('without the hub an agent is answered by the database, and cannot wait', async () => {
  const plane = await createPlaneWithBrokenHub();
  const gateway = await enrolledGateway(plane, await createTenant(plane));
  const { text } = await gateway.api('GET', '/v1/agent/state');
  const { revision } = await readDocument(gateway, text);
  const state = '/v1/agent/state?wait=30&since=';
  expect((await gateway.api('GET', `${state}${revision - 1}`)).status).toBe(200);
  const refused = await gateway.api('GET', `${state}${revision}`);
  expect(refused.body).toMatchObject({ status: 503, code: 'busy' });
  expect(refused.headers.get('retry-after')).toBe('1');
});

test('every hub that holds a touched gateway is told, once', async () => {
  const told: [string, readonly string[], number][] = [];
  const hub = createEdgeHub(
    {
      getByName: (name) => ({
        ...brokenStub,
        publish: async (ids, revision) => void told.push([name, ids, revision]),
      }),
    },
    () => undefined,
  );
  await hub.publish('t_a', ['gw_1', 'gw_2'], 7);
  expect(told).toEqual([['t_a', ['gw_1', 'gw_2'], 7]]);
});
