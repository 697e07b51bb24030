// Two tenants, everything there is in the first one, and everyone who might want it.

import { passkeys } from '../../src/db/schema/directory.ts';
import { newId } from '../../src/model/ids.ts';
import type { IssuedWebhook } from '../../src/model/outlet.ts';
import {
  isOfAccount,
  may,
  type Operation,
  type Role,
  roleMay,
} from '../../src/model/permissions.ts';
import { createApiKey } from '../contract/api-keys.ts';
import { authoritiesOf } from '../contract/authorities.ts';
import { createGroup } from '../contract/groups.ts';
import {
  type Api,
  createDevice,
  createGateway,
  createLink,
  createTenant,
  enrolledGateway,
  operatorKey,
} from '../contract/plane.ts';
import { join } from '../contract/users.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';

/** Real ids of the first tenant's things, by the name of the path parameter that takes them. */
export type Ids = Record<string, string>;

export interface Stranger {
  name: string;
  token: string | undefined;
  /** The tenant whose people and things it may reach. */
  home?: string;
  /** Whether it is no credential at all. */
  isNobody?: boolean;
}

/** Somebody who may do something in the first tenant, or to all tenants. */
export interface Insider {
  name: string;
  token: string;
  may(operation: Operation): boolean;
  /** Path parameters whose real ids are out of reach; the first tenant's own never is. */
  outOfReach: ReadonlySet<string> | 'everything';
}

export interface World {
  plane: ControlPlane;
  /** Calls as the owner of the first tenant, whose things they are. */
  owner: Api;
  ids: Ids;
  strangers: Stranger[];
  insiders: Insider[];
}

async function createWebhook(tenant: Awaited<ReturnType<typeof createTenant>>): Promise<string> {
  const body = { url: 'https://hooks.example.com/' };
  const made = await tenant.api<IssuedWebhook>('POST', tenant.path('/webhooks'), body);
  return made.body.webhook.id;
}

async function addPasskey({ services }: ControlPlane, accountId: string): Promise<string> {
  const { directory } = services;
  const id = newId('passkey', services.random);
  const row = {
    id,
    accountId,
    name: 'key',
    credentialId: id,
    publicKey: '',
    counter: 0,
    transports: [],
    backedUp: false,
    createdAt: services.now(),
  };
  await directory.run(directory.build.insert(passkeys).values(row));
  return id;
}

function bySession(name: string, token: string, role: Role): Insider {
  // Who may found a tenant is no matter of the tenants that there are.
  const own = (operation: Operation) => isOfAccount(operation) || operation === 'tenant.create';
  const allowed = (operation: Operation) => roleMay(role, operation) || own(operation);
  return { name, token, may: allowed, outOfReach: 'everything' };
}

function byKey(name: string, token: string, role: Role, outOfReach: string[] = []): Insider {
  const key = { kind: 'key' as const, tenantId: '', keyId: '', role };
  const principal = { ...key, permissions: null, groupIds: null, gatewayIds: null };
  const allowed = (operation: Operation) => may(principal, operation);
  return { name, token, may: allowed, outOfReach: new Set(outOfReach) };
}

async function insidersOf(plane: ControlPlane, tenant: Awaited<ReturnType<typeof createTenant>>) {
  const elsewhere = await enrolledGateway(plane, tenant);
  const empty = await createGroup(tenant, 'Nobody');
  const member = await join(plane, tenant, { name: 'Mia' });
  // The first time that somebody comes in is written into the log.
  await member.api('GET', tenant.path(''));
  const auditor = await createApiKey(plane, tenant, { role: 'auditor' });
  const ofGroup = await createApiKey(plane, tenant, { groupIds: [empty.id] });
  const ofGateway = await createApiKey(plane, tenant, { gatewayIds: [elsewhere.id] });
  const agent = { kind: 'agent' as const, tenantId: '', gatewayId: '', identityKey: '' };
  const nothing = new Set<string>();
  return [
    bySession('a member', member.token, 'member'),
    byKey('an auditor', auditor.key, 'auditor'),
    byKey('a key of another group', ofGroup.key, 'admin', [
      ...['userId', 'groupId', 'deviceId', 'linkId', 'apiKeyId', 'webhookId'],
    ]),
    byKey('a key of another gateway', ofGateway.key, 'admin', [
      ...['gatewayId', 'deviceId', 'linkId', 'apiKeyId', 'webhookId'],
    ]),
    {
      name: 'an agent of the tenant',
      token: await elsewhere.token(),
      may: (operation: Operation) => may(agent, operation),
      outOfReach: nothing,
    },
    {
      name: 'the operator',
      token: operatorKey,
      may: (operation: Operation) => may({ kind: 'operator' }, operation),
      outOfReach: nothing,
    },
  ] satisfies Insider[];
}

export async function createWorld(): Promise<World> {
  const plane = await createControlPlane({
    SALLYPORT_QUOTAS: 'apiRequestsPerMinute=1000000',
  });
  const tenant = await createTenant(plane, 'First');
  const gateway = await enrolledGateway(plane, tenant);
  const owner = await join(plane, tenant, { role: 'owner', name: 'Olga' });
  const group = await createGroup(tenant, 'Staff');
  await tenant.api('PUT', tenant.path(`/groups/${group.id}/members/${owner.userId}`));
  const device = await createDevice(tenant, { userId: owner.userId });
  const link = await createLink(tenant, device.id);
  await createGateway(tenant, { ikev2: true });
  const [authority] = await authoritiesOf(tenant);
  const { apiKey } = await createApiKey(plane, tenant);
  const me = await owner.api<{ account: { id: string }; session: { id: string } }>('GET', '/v1/me');

  const neighbour = await createTenant(plane, 'Second');
  const theirGateway = await enrolledGateway(plane, neighbour);
  const theirOwner = await join(plane, neighbour, { role: 'owner', name: 'Nora' });
  const home = neighbour.id;
  return {
    plane,
    owner: owner.api,
    // A path parameter that is not here makes the test fail: make such a thing above, and name it.
    ids: {
      tenantId: tenant.id,
      userId: owner.userId,
      groupId: group.id,
      gatewayId: gateway.id,
      deviceId: device.id,
      linkId: link.id,
      authorityId: authority?.id ?? '',
      apiKeyId: apiKey.id,
      sessionId: me.body.session.id,
      webhookId: await createWebhook(tenant),
      passkeyId: await addPasskey(plane, me.body.account.id),
    },
    strangers: [
      { name: "another tenant's owner's key", token: neighbour.key, home },
      { name: "another tenant's owner", token: theirOwner.token, home },
      { name: "another tenant's agent", token: await theirGateway.token() },
      { name: 'nobody', token: undefined, isNobody: true },
      { name: 'a broken key', token: `${tenant.key.slice(0, -1)}!`, isNobody: true },
    ],
    insiders: await insidersOf(plane, tenant),
  };
}
