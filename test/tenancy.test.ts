// Nobody reaches into a tenant that is not theirs, and within one nobody reaches further than their
// credential. The routes come from the published description of the API, so a new one is tried the
// day it is made. What is out of reach answers as what does not exist.

import { expect, test } from 'vitest';
import { isAnonymous, isOfAccount, type Operation, operations } from '../src/model/permissions.ts';
import type { Revision } from '../src/model/revision.ts';
import type { Listing } from '../src/operations/page.ts';
import {
  type Described,
  nobodys,
  type OpenApi,
  operationsOf,
  paramsInBody,
  requestOf,
  shapeOf,
} from './tenancy/requests.ts';
import { createWorld, type Ids, type Insider, type Stranger, type World } from './tenancy/world.ts';

interface Answer {
  status: number;
  shape: string;
}

async function ask(
  { plane }: World,
  token: string | undefined,
  route: Described,
  ids: Ids,
): Promise<Answer> {
  const { method, path, body } = requestOf(route, ids);
  const headers = new Headers();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const init: RequestInit = { method, headers };
  if (body !== undefined && method !== 'GET') {
    headers.set('content-type', 'application/json');
    init.body = body;
  }
  const reply = await plane.request(path, init);
  return { status: reply.status, shape: shapeOf(reply.status, await reply.text()) };
}

/** The first tenant's ids, but for those of these names ids that nothing has. */
function without(ids: Ids, names: readonly string[]): Ids {
  const gone = names.map((name) => [name, nobodys(ids[name] ?? '')]);
  return { ...ids, ...Object.fromEntries(gone) };
}

/** The ids that a request takes, the tenant's apart. */
function thingsOf(route: Described, ids: Ids): string[] {
  const names = new Set([...route.params, ...paramsInBody(route, ids)]);
  names.delete('tenantId');
  return [...names];
}

/** Complaints when what is there is not refused just as what is not. */
async function compare(
  world: World,
  { name, token }: Pick<Stranger, 'name' | 'token'>,
  route: Described,
  ids: Ids,
  names: readonly string[],
): Promise<string[]> {
  const real = await ask(world, token, route, ids);
  const line = `${route.operationId} as ${name}`;
  const isRefused = real.status >= 400 && real.status < 500;
  // Where the credential alone says what it is about, strange ids in the body may go unheard.
  if (!isRefused && (route.params.length > 0 || real.status >= 300))
    return [`${line} is not refused: ${real.shape}`];
  const none = await ask(world, token, route, without(ids, names));
  if (real.shape === none.shape) return [];
  return [`${line} tells what there is:\n  ${real.shape}\n  ${none.shape}`];
}

async function tryStranger(world: World, route: Described, stranger: Stranger): Promise<string[]> {
  const { ids } = world;
  const things = thingsOf(route, ids);
  const ofTenant = route.params.includes('tenantId');
  const all = ofTenant ? ['tenantId', ...things] : things;
  // Whoever is somebody may do what concerns nobody else.
  if (all.length === 0 && !stranger.isNobody) return [];
  const complaints = await compare(world, stranger, route, ids, all);
  const { home } = stranger;
  if (home === undefined || !ofTenant || things.length === 0) return complaints;
  // In their own tenant, with the ids of another's things.
  const more = await compare(world, stranger, route, { ...ids, tenantId: home }, things);
  return [...complaints, ...more.map((one) => `at home: ${one}`)];
}

async function tryInsider(world: World, route: Described, insider: Insider): Promise<string[]> {
  const { ids } = world;
  const operation = route.operationId as Operation;
  const things = thingsOf(route, ids);
  if (!insider.may(operation)) return compare(world, insider, route, ids, things);
  const { outOfReach } = insider;
  const beyond = things.filter((name) => outOfReach === 'everything' || outOfReach.has(name));
  if (beyond.length > 0) return compare(world, insider, route, ids, beyond);
  // What it may do it could do to the world that the others are still to be tried on.
  if (route.method !== 'GET' || isOfAccount(operation)) return [];
  const { status, shape } = await ask(world, insider.token, route, ids);
  return status < 500 ? [] : [`${operation} as ${insider.name} breaks: ${shape}`];
}

async function described(world: World): Promise<Described[]> {
  const reply = await world.plane.request('/openapi.json');
  const document: OpenApi = JSON.parse(await reply.text());
  const routes = operationsOf(document);
  expect(routes.map(({ operationId }) => operationId)).toContain('device.revoke');
  // What the request itself opens, with a secret, belongs to no tenant before.
  return routes.filter(({ operationId }) => !isAnonymous(operationId as Operation));
}

/** What of the first tenant would show that somebody changed it. */
async function stateOf({ ids, owner }: World): Promise<unknown[]> {
  const { tenantId, deviceId, sessionId } = ids;
  const log = await owner<Listing<Revision>>('GET', `/v1/tenants/${tenantId}/audit?limit=1000`);
  // To export something changes nothing, but the log says who did it.
  const changes = log.body.items.filter(({ operation }) => !operation.endsWith('.export'));
  const device = await owner('GET', `/v1/tenants/${tenantId}/devices/${deviceId}`);
  const sessions = await owner('GET', '/v1/me/sessions');
  return [changes, device.body, sessions.text.includes(sessionId ?? '')];
}

test('no credential reaches what is not its own, whatever the route', async () => {
  const world = await createWorld();
  const before = await stateOf(world);
  const complaints: string[] = [];
  for (const route of await described(world)) {
    for (const stranger of world.strangers)
      complaints.push(...(await tryStranger(world, route, stranger)));
    for (const insider of world.insiders)
      complaints.push(...(await tryInsider(world, route, insider)));
  }
  expect(complaints, `\n${complaints.join('\n')}\n`).toEqual([]);
  expect(await stateOf(world)).toEqual(before);
}, 120_000);

test('every request that is tried is one that its owner could make', async () => {
  const world = await createWorld();
  const { ids } = world;
  const broken: string[] = [];
  for (const route of await described(world)) {
    if (!route.params.includes('tenantId')) continue;
    const none = without(ids, thingsOf(route, ids));
    const owner = world.strangers[0]?.token;
    const answer = await ask(world, owner, route, none);
    if (answer.shape.startsWith('400')) broken.push(`${route.operationId}: ${answer.shape}`);
  }
  expect(broken, `give these bodies an example that is valid:\n${broken.join('\n')}`).toEqual([]);
});

test('a path parameter of which no real id is known says where to make one', () => {
  const route = { operationId: 'x.get', method: 'GET', path: '/v1/{xId}', params: [], body: null };
  expect(() => requestOf(route, {})).toThrow('Make one in createWorld of test/tenancy/world.ts');
  expect(operations).not.toContain(route.operationId);
});
