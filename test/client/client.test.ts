// The client against the real API, and against answers that the API gives on bad days only.

import { describe, expect, onTestFinished, test } from 'vitest';
import {
  ApiProblem,
  type ClientOptions,
  createClient,
  UnexpectedAnswer,
  Unreachable,
} from '../../src/client/client.ts';
import type { Clock } from '../../src/client/transport.ts';
import { createTenant, operatorKey } from '../contract/plane.ts';
import { createControlPlane } from '../control-plane.ts';

const url = 'http://control.test';

/** A client of a real control plane, with the key of a tenant of its own. */
async function world() {
  const plane = await createControlPlane();
  const tenant = await createTenant(plane);
  const send: typeof fetch = (input, init) =>
    plane.request(String(input).slice(url.length), init ?? {});
  const client = createClient({ url: `${url}/`, token: tenant.key, fetch: send });
  return { client, params: { tenantId: tenant.id } };
}

interface Sent {
  method: string;
  headers: Headers;
}

/** A client whose server gives these answers, one after the other, and whose time is its own. */
function canned(answers: readonly (() => Response)[], options: Partial<ClientOptions> = {}) {
  const sent: Sent[] = [];
  const pauses: number[] = [];
  let time = 0;
  const clock: Clock = {
    now: () => time,
    random: () => 1,
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
      time += milliseconds;
    },
  };
  const send: typeof fetch = async (_, init) => {
    const answer = answers[sent.length];
    sent.push({ method: init?.method ?? '', headers: new Headers(init?.headers) });
    if (!answer) throw new TypeError('fetch failed');
    return answer();
  };
  return { client: createClient({ url, fetch: send, ...options }, clock), sent, pauses };
}

const busy = (retryAfter?: string) => () =>
  new Response(JSON.stringify({ title: 'Too busy right now', code: 'busy', detail: 'Wait.' }), {
    status: 503,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  });
const done = () => Response.json({ items: [], next: null }, { headers: { etag: '"7"' } });

describe('a call', () => {
  test('gives the reply, and answer() what came around it', async () => {
    const { client, params } = await world();
    const body = { name: 'Ann', email: 'ann@example.com', role: 'admin' as const };
    const user = await client.call('user.create', { params, body });
    expect(user).toMatchObject(body);
    const answer = await client.answer('user.list', { params });
    expect(answer).toMatchObject({ status: 200, value: { next: null } });
    expect(answer.value.items).toContainEqual(user);
    expect(answer.requestId).toMatch(/^r_/);
  });

  test('without a reply gives nothing', async () => {
    const { client, params } = await world();
    const body = { name: 'Berlin', endpoint: { host: 'vpn.example.com' } };
    const { gateway } = await client.call('gateway.create', { params, body });
    const one = { params: { ...params, gatewayId: gateway.id } };
    expect(await client.call('gateway.delete', one)).toBeUndefined();
  });

  test('that is refused says what is wrong and what to do', async () => {
    const { client, params } = await world();
    const body = { name: '', endpoint: { host: '-', port: 70_000 } };
    const error = await client.call('gateway.create', { params, body }).catch((e) => e);
    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({
      status: 400,
      code: 'invalid_input',
      wayOut: 'Correct the named fields and send it again.',
      requestId: expect.stringMatching(/^r_/),
      retryAfter: undefined,
    });
    const fields = error.problems.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(['name', 'endpoint.host', 'endpoint.port']);
  });

  test('cannot leave its place in the path', async () => {
    const { client } = await world();
    const call = client.call('tenant.get', { params: { tenantId: '../links/redeem?x#y' } });
    await expect(call).rejects.toMatchObject({ code: 'invalid_input', status: 400 });
  });

  test('sends the key of idempotency, the tag and the credential as headers', async () => {
    const { client, sent } = canned([done], { token: 'sp_key' });
    const conditions = { idempotencyKey: 'k-1', ifMatch: '"7"' };
    await client.request({ method: 'POST', path: '/v1/things', body: {}, ...conditions });
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toMatchObject({
      authorization: 'Bearer sp_key',
      'content-type': 'application/json',
      'idempotency-key': 'k-1',
      'if-match': '"7"',
    });
  });

  test('gives the tag of what it read', async () => {
    const { client } = canned([done]);
    expect((await client.answer('tenant.list')).etag).toBe('"7"');
  });
});

describe('pages', () => {
  test('come one after the other, to the last', async () => {
    const { client, params } = await world();
    for (const name of ['Ann', 'Bob', 'Cid'])
      await client.call('user.create', { params, body: { name } });
    const names: string[][] = [];
    for await (const { items } of client.pages('user.list', { params, query: { limit: 2 } }))
      names.push(items.map(({ name }) => name));
    expect(names).toEqual([
      ['Owner', 'Ann'],
      ['Bob', 'Cid'],
    ]);
  });

  test('end where a list stands still', async () => {
    const still = () => Response.json({ items: [], next: '7' });
    const { client, sent } = canned([still, still, still]);
    for await (const _ of client.pages('tenant.list'));
    expect(sent).toHaveLength(2);
  });
});

describe('a control plane that is busy', () => {
  test('is asked again after the pause that it names, or one that grows', async () => {
    const { client, sent, pauses } = canned([busy('2'), busy(), busy('0'), done]);
    await client.call('tenant.list');
    expect(sent).toHaveLength(4);
    expect(pauses).toEqual([3000, 750, 1500]);
  });

  test('is given up on, with what it said', async () => {
    const { client, sent } = canned([busy(), busy(), busy('1'), busy('7'), done]);
    await expect(client.call('tenant.list')).rejects.toMatchObject({ code: 'busy', retryAfter: 7 });
    expect(sent).toHaveLength(4);
  });

  test('is not waited for beyond the time limit', async () => {
    const { client, sent, pauses } = canned([busy('4'), busy('4'), done]);
    const call = client.call('tenant.list', { timeoutMilliseconds: 10_000 });
    await expect(call).rejects.toMatchObject({ code: 'busy' });
    expect([sent.length, pauses]).toEqual([2, [6000]]);
  });

  test('gets a change only once', async () => {
    const { client, sent } = canned([busy('0'), done]);
    const call = client.call('tenant.create', { body: { name: 'Acme' } });
    await expect(call).rejects.toBeInstanceOf(ApiProblem);
    expect(sent.map(({ method }) => method)).toEqual(['POST']);
  });

  test('gets a change again that has a key of idempotency', async () => {
    const { client, sent } = canned([busy('0'), done]);
    const change = { method: 'POST', path: '/v1/things', body: {}, idempotencyKey: 'k-1' };
    await client.request(change);
    expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['k-1', 'k-1']);
  });
});

describe('what is no answer of ours', () => {
  test.each([
    ['a page of a proxy', () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: '/login' } })],
    ['JSON that is none', () => new Response('{', { headers: { 'content-type': 'text/json' } })],
  ])('is told apart: %s', async (_, answer) => {
    const { client, sent } = canned([answer]);
    await expect(client.call('tenant.list')).rejects.toBeInstanceOf(UnexpectedAnswer);
    expect(sent).toHaveLength(1);
  });

  test('is the lack of one too', async () => {
    const { client } = canned([]);
    const call = client.call('tenant.list');
    await expect(call).rejects.toMatchObject({ name: 'Unreachable', cause: expect.any(TypeError) });
  });
});

describe('a call can be ended', () => {
  const never: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
    });

  test('by its caller', async () => {
    const controller = new AbortController();
    const client = createClient({ url, fetch: never });
    const call = client.call('tenant.list', { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });

  test('by the time', async () => {
    const client = createClient({ url, fetch: never, timeoutMilliseconds: 1 });
    const error = await client.call('tenant.list').catch((e) => e);
    expect(error).toBeInstanceOf(Unreachable);
    expect(error.cause).toMatchObject({ name: 'TimeoutError' });
  });

  test('while it waits to be sent again', async () => {
    const controller = new AbortController();
    const answering: typeof fetch = async () => {
      queueMicrotask(() => setImmediate(() => controller.abort(new Error('enough'))));
      return busy('5')();
    };
    const client = createClient({ url, fetch: answering });
    const call = client.call('tenant.list', { signal: controller.signal });
    await expect(call).rejects.toThrow('enough');
  });
});

test('an operator lists tenants over real HTTP', async () => {
  const { createAdaptorServer } = await import('@hono/node-server');
  const plane = await createControlPlane();
  await createTenant(plane, 'Acme');
  const server = createAdaptorServer({
    fetch: (request) => plane.request(new URL(request.url).pathname, request),
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const client = createClient({ url: `http://127.0.0.1:${port}`, token: operatorKey });
  const { items } = await client.call('tenant.list');
  expect(items.map(({ name }) => name)).toEqual(['Acme']);
});
