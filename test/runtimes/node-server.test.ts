// Questions that wait, over real connections to the server of the Node runtime.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { createNews } from '../../src/api/news.ts';
import { desiredStateVersion } from '../../src/model/desired-state.ts';
import { SallyportError } from '../../src/model/errors.ts';
import type { CreatedGateway } from '../../src/model/gateway.ts';
import type { Log } from '../../src/model/log.ts';
import { createNodeServer } from '../../src/runtimes/node-server.ts';
import { readDocument } from '../contract/agent.ts';
import {
  createDevice,
  createTenant,
  enrollAs,
  enrolledGateway,
  expectStatus,
  publicKey,
  type TestGateway,
} from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

async function listening() {
  const { services } = await createControlPlane();
  const lines: Record<string, unknown>[] = [];
  const log: Log = { info: (fields) => void lines.push({ ...fields }), error: () => undefined };
  const app = createApp(services, log);
  const news = createNews(services, log, app.reportPace);
  const server = createNodeServer((request) => app.fetch(request), services.hub, news);
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
  const heldOpen = async (count = 1) => {
    const { waiting } = services.hub;
    await expect.poll(() => waiting?.()).toBe(count);
  };
  return { services, request, tenant, gateway, revision, heldOpen, lines };
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

test('a held question that is answered stands in the log as any other', async () => {
  const { tenant, gateway, revision, heldOpen, lines } = await listening();
  const answer = gateway.api('GET', `${state}?since=${revision}&wait=30`);
  await heldOpen();
  await createDevice(tenant, { publicKey: publicKey() });
  const held = (await answer).headers.get('x-request-id');
  const plain = (await gateway.api('GET', state)).headers.get('x-request-id');
  const lineOf = (id: string | null) => {
    const line = lines.find(({ requestId }) => requestId === id);
    return { ...line, requestId: undefined, milliseconds: typeof line?.milliseconds };
  };
  expect(lineOf(held)).toEqual(lineOf(plain));
  expect(lineOf(held)).toMatchObject({ status: 200, actor: gateway.id, milliseconds: 'number' });
});

test('one change answers the held questions of all its gateways, each with its own', async () => {
  const { request, tenant, gateway, revision, heldOpen } = await listening();
  const others = [await enrolledGateway({ request }, tenant)];
  others.push(await enrolledGateway({ request }, tenant));
  const apart = await enrolledGateway({ request }, await createTenant({ request }, 'Other'));
  const ask = async (asked: TestGateway, since: number) =>
    readDocument(asked, (await asked.api('GET', `${state}?since=${since}&wait=30`)).text);
  const all = [gateway, ...others];
  const since = await Promise.all(
    [...others, apart].map(async (one) => {
      const { text } = await one.api('GET', state);
      return (await readDocument(one, text)).revision;
    }),
  );
  const answers = all.map((one, index) => ask(one, [revision, ...since][index] ?? 0));
  await heldOpen(3);
  const { id } = await createDevice(tenant, { publicKey: publicKey() });
  for (const [index, document] of (await Promise.all(answers)).entries()) {
    expect(document.gatewayId).toBe(all[index]?.id);
    expect(document.peers.upsert.map((peer) => peer.id)).toEqual([id]);
  }
});

test('two questions of one gateway are both answered, each with every device once', async () => {
  const { tenant, gateway, revision, heldOpen } = await listening();
  const ask = () => gateway.api('GET', `${state}?since=${revision}&wait=30`);
  const answers = [ask(), ask()];
  await heldOpen(2);
  const { id } = await createDevice(tenant, { publicKey: publicKey() });
  for (const { text } of await Promise.all(answers)) {
    const { base, peers } = await readDocument(gateway, text);
    expect(base).toBe(revision);
    expect(peers.upsert.map((peer) => peer.id)).toEqual([id]);
  }
});

test('a held question of a gateway that gets IKEv2 is answered with the section', async () => {
  const { tenant, gateway, revision, heldOpen } = await listening();
  const answer = gateway.api('GET', `${state}?since=${revision}&wait=30`);
  await heldOpen();
  const path = tenant.path(`/gateways/${gateway.id}`);
  expectStatus(await tenant.api('PATCH', path, { ikev2: true }), 200);
  const { version, sections } = await readDocument(gateway, (await answer).text);
  expect(version).toBe(desiredStateVersion);
  expect(sections.ikev2).toMatchObject({ certificate: null });
});

test('a held question learns of a database that fails as any other does', async () => {
  const { services, tenant, gateway, revision, heldOpen } = await listening();
  const answer = gateway.api('GET', `${state}?since=${revision}&wait=30`);
  await heldOpen();
  const { open } = services.tenants;
  services.tenants.open = () => {
    throw new SallyportError('busy', 'The database does not answer.');
  };
  await services.hub.publish(tenant.id, [gateway.id], revision + 1);
  const { status, body } = await answer;
  services.tenants.open = open;
  expect(status).toBe(503);
  expect(body).toMatchObject({ code: 'busy' });
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

test('a VM that is out hears nothing, even if the hub never learnt it', async () => {
  const { services, request, tenant, gateway, revision, heldOpen } = await listening();
  const answer = gateway.api('GET', `${state}?since=${revision}&wait=30`);
  await heldOpen();
  services.hub.forget = async () => undefined;
  const path = tenant.path(`/gateways/${gateway.id}/renew-token`);
  const { body } = await tenant.api<CreatedGateway>('POST', path);
  await enrollAs({ request }, tenant, gateway.id, body.enrollment.token);
  expect((await answer).status).toBe(404);
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
