// The hub's sockets in a real workerd, and what is left of it after an eviction.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeCodes } from '../../src/runtimes/workers-close-codes.ts';
import {
  type Api,
  apiOf,
  createDevice,
  createTenant,
  enrolledGateway,
  publicKey,
  type TestGateway,
  type TestTenant,
} from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';
import { type Edge, startEdge } from '../edge.ts';

const path = '/v1/agent/socket';

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
}, 120_000);
afterAll(() => edge.stop());

interface Line {
  send(text: string): void;
  /** The next message, in the order they came. */
  next(): Promise<string>;
  /** The code with which the other side closes it. */
  closed: Promise<number>;
}

async function connect(token: string): Promise<Line> {
  const headers = { upgrade: 'websocket', authorization: `Bearer ${token}` };
  const { status, webSocket: socket } = await edge.harness.fetch(path, { headers });
  if (!socket) throw new Error(`no socket: ${status}`);
  const waiting: ((text: string) => void)[] = [];
  const heard: string[] = [];
  socket.addEventListener('message', ({ data }) => {
    const take = waiting.shift();
    if (take) take(String(data));
    else heard.push(String(data));
  });
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve(code));
  });
  socket.accept();
  return {
    closed,
    send: (text) => socket.send(text),
    next: () =>
      new Promise((resolve) => {
        const text = heard.shift();
        if (text === undefined) waiting.push(resolve);
        else resolve(text);
      }),
  };
}

interface World {
  tenant: TestTenant;
  gateway: TestGateway;
  /** The newest revision of the gateway's document. */
  revision(): Promise<number>;
}

async function prepared(): Promise<World> {
  const tenant = await createTenant(edge);
  const gateway = await enrolledGateway(edge, tenant);
  const revision = async () => {
    const one = tenant.path(`/gateways/${gateway.id}`);
    return (await tenant.api<{ revision: number }>('GET', one)).body.revision;
  };
  return { tenant, gateway, revision };
}

async function connected() {
  const world = await prepared();
  const line = await connect(await world.gateway.token());
  expect(JSON.parse(await line.next())).toEqual({ revision: await world.revision() });
  return { ...world, line };
}

/**
 * Puts the hub to sleep: what it had in memory is gone, its sockets are held by the platform. That
 * is also when workerd ends the connection of a closed socket; else it does so ten seconds later.
 */
function evict(tenant: TestTenant): Promise<void> {
  return edge.worker.evictDurableObject('HUB', { name: tenant.id, webSockets: 'hibernate' });
}

test('the platform serves the files that pages need', async () => {
  const style = await edge.request('/style.css');
  expect(style.headers.get('content-type')).toContain('text/css');
  expect(await style.text()).toContain('color-scheme');
  const script = await edge.request('/swagger-ui/swagger-ui-bundle.js');
  expect(script.headers.get('content-type')).toContain('javascript');
  expect(await script.text()).toContain('SwaggerUIBundle');
});

describe('a socket', () => {
  test('is offered with every answer of the watch', async () => {
    const gateway = await enrolledGateway(edge, await createTenant(edge));
    const whole = await gateway.api('GET', '/v1/agent/state');
    expect(whole.headers.get('sallyport-watch')).toBe('socket');
    const { body } = await gateway.api('GET', '/v1/agent/state?since=999');
    expect(body).toMatchObject({ code: 'revision_ahead' });
  });

  test('says the revision at once and with every change, and nothing else', async () => {
    const { tenant, line, revision } = await connected();
    await createDevice(tenant, { publicKey: publicKey() });
    expect(await line.next()).toBe(JSON.stringify({ revision: await revision() }));
  });

  test("stays silent about another gateway's changes", async () => {
    const { tenant, line, revision } = await connected();
    const other = await enrolledGateway(edge, tenant);
    await createDevice(tenant, { publicKey: publicKey(), gatewayIds: [other.id] });
    await createDevice(tenant, { publicKey: publicKey() });
    expect(JSON.parse(await line.next())).toEqual({ revision: await revision() });
  });

  test('answers "ping", and closes at whatever else it is told', async () => {
    const { line } = await connected();
    line.send('ping');
    expect(await line.next()).toBe('pong');
    line.send('{"revision":9}');
    expect(await line.closed).toBe(closeCodes.notUnderstood);
  });

  test('is closed when its gateway is deleted', async () => {
    const { tenant, gateway, line } = await connected();
    await tenant.api('DELETE', tenant.path(`/gateways/${gateway.id}`));
    await evict(tenant);
    expect(await line.closed).toBe(closeCodes.forgotten);
  });

  test('gives way to newer ones: two of a gateway are enough', async () => {
    const { gateway, tenant, line: oldest } = await connected();
    const token = await gateway.token();
    const newer = [await connect(token), await connect(token)];
    for (const line of newer) await line.next();
    await createDevice(tenant, { publicKey: publicKey() });
    for (const line of newer) expect(await line.next()).toMatch(/^\{"revision":\d+\}$/);
    await evict(tenant);
    expect(await oldest.closed).toBe(closeCodes.replaced);
  });

  test.each<[string, (world: World) => Promise<Api> | Api, number]>([
    ['nobody', () => apiOf(edge), 401],
    ["a tenant's key", ({ tenant }) => tenant.api, 403],
    ['an agent that asks without an upgrade', ({ gateway }) => gateway.api, 400],
    [
      'an agent that names a gateway of another tenant',
      async ({ gateway }) => {
        const theirs = await enrolledGateway(edge, await createTenant(edge));
        const [head] = (await theirs.token()).split('.');
        const [, claims, signature] = (await gateway.token()).split('.');
        return apiOf(edge, `${head}.${claims}.${signature}`);
      },
      401,
    ],
  ])('refuses %s', async (_who, apiFor, status) => {
    const api = await apiFor(await prepared());
    expect((await api('GET', path)).status).toBe(status);
  });

  test('is not to be had on Node, which says what is', async () => {
    const plane = await createControlPlane();
    const gateway = await enrolledGateway(plane, await createTenant(plane));
    const reply = await gateway.api('GET', path);
    expect(reply.body).toMatchObject({ status: 404, wayOut: expect.stringContaining('"wait"') });
    const state = await gateway.api('GET', '/v1/agent/state');
    expect(state.headers.get('sallyport-watch')).toBeNull();
  });
});

describe('after an eviction', () => {
  test('a socket that was held hears the next change', async () => {
    const { tenant, line, revision } = await connected();
    await evict(tenant);
    await createDevice(tenant, { publicKey: publicKey() });
    expect(JSON.parse(await line.next())).toEqual({ revision: await revision() });
    line.send('ping');
    expect(await line.next()).toBe('pong');
  });

  test('a held socket is still closed with its gateway', async () => {
    const { tenant, gateway, line } = await connected();
    await evict(tenant);
    await tenant.api('DELETE', tenant.path(`/gateways/${gateway.id}`));
    await evict(tenant);
    expect(await line.closed).toBe(closeCodes.forgotten);
  });

  test('the hub still knows agents and revisions without the database', async () => {
    const { tenant, gateway, revision } = await connected();
    const since = await revision();
    await evict(tenant);
    const before = edge.sqld.requests;
    const reply = await gateway.api('GET', `/v1/agent/state?since=${since}`);
    expect(reply.status).toBe(204);
    expect(edge.sqld.requests).toBe(before);
  });

  test('an agent that was waiting over HTTP finds the change with its next request', async () => {
    const { tenant, gateway, revision } = await connected();
    const since = await revision();
    const state = `/v1/agent/state?since=${since}`;
    const waiting = gateway.api('GET', `${state}&wait=2`);
    await evict(tenant);
    await createDevice(tenant, { publicKey: publicKey() });
    await waiting;
    expect((await gateway.api('GET', state)).status).toBe(200);
  });
});

test('agents that hear nothing new reach no database', async () => {
  const { gateway, line, revision } = await connected();
  const since = await revision();
  const before = edge.sqld.requests;
  for (let i = 0; i < 50; i++) {
    const reply = await gateway.api('GET', `/v1/agent/state?since=${since}`);
    expect(reply.status).toBe(204);
  }
  const again = await connect(await gateway.token());
  expect(JSON.parse(await again.next())).toEqual({ revision: since });
  line.send('ping');
  expect(await line.next()).toBe('pong');
  expect(edge.sqld.requests).toBe(before);
});
