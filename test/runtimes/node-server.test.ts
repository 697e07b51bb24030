// Questions that wait, over real connections to the server of the Node runtime.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { createNodeServer } from '../../src/runtimes/node-server.ts';
import { readDocument } from '../contract/agent.ts';
import { createDevice, createTenant, enrolledGateway, publicKey } from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

async function listening() {
  const { services } = await createControlPlane();
  const silent = { info: () => undefined, error: () => undefined };
  const app = createApp(services, silent);
  const server = createNodeServer((request) => app.fetch(request), services.hub);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const request = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${port}${path}`, init);
  const tenant = await createTenant({ request });
  const gateway = await enrolledGateway({ request }, tenant);
  const { revision } = await readDocument(gateway, (await gateway.api('GET', state)).text);
  const heldOpen = async () => {
    const { waiting } = services.hub;
    await expect.poll(() => waiting?.()).toBe(1);
  };
  return { services, request, tenant, gateway, revision, heldOpen };
}

const state = '/v1/agent/state';

test('a question is held until a change answers it', async () => {
  const { tenant, gateway, revision, heldOpen } = await listening();
  const answer = gateway.api('GET', `${state}?since=${revision}&wait=30`);
  await heldOpen();
  const { id } = await createDevice(tenant, { publicKey: publicKey() });
  const { status, text, headers } = await answer;
  expect(status).toBe(200);
  expect(headers.get('x-request-id')).toMatch(/./);
  const { peers } = await readDocument(gateway, text);
  expect(peers.upsert.map((peer) => peer.id)).toEqual([id]);
});

test('a question whose time is over has a whole answer that there is nothing', async () => {
  const { gateway, revision } = await listening();
  const { status, headers } = await gateway.api('GET', `${state}?since=${revision}&wait=1`);
  expect(status).toBe(204);
  expect(headers.get('x-request-id')).toMatch(/./);
});

test('a gateway that is deleted meanwhile is let in no more', async () => {
  const { tenant, gateway, revision, heldOpen } = await listening();
  const answer = gateway.api('GET', `${state}?since=${revision}&wait=30`);
  await heldOpen();
  await tenant.api('DELETE', tenant.path(`/gateways/${gateway.id}`));
  expect((await answer).status).toBe(401);
});

test('nothing is held of a question whose connection is gone', async () => {
  const { services, request, gateway, revision, heldOpen } = await listening();
  const leaving = new AbortController();
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  const path = `${state}?since=${revision}&wait=30`;
  const answer = request(path, { headers, signal: leaving.signal });
  await heldOpen();
  leaving.abort();
  await expect(answer).rejects.toThrow('aborted');
  await expect.poll(() => services.hub.waiting?.()).toBe(0);
});
