import { describe, expect, test } from 'vitest';
import type { DeviceDetail } from '../../src/model/device.ts';
import type { Group } from '../../src/model/group.ts';
import type { SentMail } from '../../src/model/sent-mail.ts';
import type { SignedIn } from '../../src/model/sign-in.ts';
import type { User } from '../../src/model/user.ts';
import type { Listing } from '../../src/operations/page.ts';
import { readDocument } from './agent.ts';
import { newAddress, type Person, personOf } from './people.ts';
import {
  apiOf,
  createDevice,
  createLink,
  createTenant,
  enrolledGateway,
  expectStatus,
  type MailPlane,
  publicKey,
  type TestGateway,
  type TestTenant,
} from './plane.ts';

export async function createUser(tenant: TestTenant, body: object = {}): Promise<User> {
  const reply = await tenant.api<User>('POST', tenant.path('/users'), { name: 'Bob', ...body });
  return expectStatus(reply, 201);
}

/** Invites somebody and comes in with the mailed address. */
export async function join(
  plane: MailPlane,
  tenant: TestTenant,
  body: object = {},
): Promise<Person & { userId: string }> {
  const email = newAddress();
  const invitation = { email, name: 'Ann', ...body };
  const invited = await tenant.api<User>('POST', tenant.path('/invitations'), invitation);
  const { id: userId } = expectStatus(invited, 200);
  const token = await invitationOf(plane, tenant, email);
  const reply = await apiOf(plane)<SignedIn>('POST', '/v1/sign-in/invitation', {
    token,
    as: 'token',
  });
  return { ...personOf(plane, email, reply), userId };
}

/** The token of the newest invitation to this address. */
export async function invitationOf(
  plane: MailPlane,
  tenant: TestTenant,
  email: string,
): Promise<string | undefined> {
  const mails = await plane.mailsTo(email, tenant.id);
  return /\/portal\/#\/sign-in\/invitation\/(\S+)/.exec(mails.at(-1)?.text ?? '')?.[1];
}

async function names(tenant: TestTenant, query: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const path = tenant.path(`/users?limit=2&${query}${more}`);
    const { items, next } = expectStatus(await tenant.api<Listing<User>>('GET', path), 200);
    expect(items.length).toBeLessThanOrEqual(2);
    found.push(...items.map(({ name }) => name));
    cursor = next;
  }
  return found;
}

async function documentOf(gateway: TestGateway, since?: number) {
  const query = since === undefined ? '' : `?since=${since}`;
  const reply = await gateway.api('GET', `/v1/agent/state${query}`);
  return readDocument(gateway, expectStatus({ ...reply, body: reply.text }, 200));
}

async function detail(tenant: TestTenant, id: string): Promise<DeviceDetail> {
  return (await tenant.api<DeviceDetail>('GET', tenant.path(`/devices/${id}`))).body;
}

function listContract(create: () => Promise<MailPlane>): void {
  describe('user.list', () => {
    test('sorts by name without case and accents, page by page', async () => {
      const tenant = await createTenant(await create());
      for (const name of ['zoe', 'Émile', 'emil', 'Ärmel', 'Bob', 'Bob'])
        await createUser(tenant, { name });
      const sorted = ['Ärmel', 'Bob', 'Bob', 'emil', 'Émile', 'Owner', 'zoe'];
      expect(await names(tenant, 'sort=name')).toEqual(sorted);
      expect(await names(tenant, 'sort=created')).toEqual([
        'Owner',
        'zoe',
        'Émile',
        'emil',
        'Ärmel',
        'Bob',
        'Bob',
      ]);
    });

    test('finds by how the name or the address begins, role, status and group', async () => {
      const tenant = await createTenant(await create());
      const emile = await createUser(tenant, { name: 'Émile', role: 'auditor' });
      await createUser(tenant, { name: 'Zed', email: 'emily@example.com' });
      const bob = await createUser(tenant, { name: '100% Bob_' });
      await tenant.api('POST', tenant.path(`/users/${bob.id}/suspend`));
      const made = await tenant.api<Group>('POST', tenant.path('/groups'), { name: 'Staff' });
      const group = expectStatus(made, 201);
      const member = tenant.path(`/groups/${group.id}/members/${emile.id}`);
      expect((await tenant.api('PUT', member)).status).toBe(204);
      expect(await names(tenant, 'q=EMI')).toEqual(['Émile', 'Zed']);
      expect(await names(tenant, 'q=emi&sort=name&role=auditor')).toEqual(['Émile']);
      expect(await names(tenant, 'q=mil')).toEqual([]);
      expect(await names(tenant, 'q=100%25')).toEqual(['100% Bob_']);
      expect(await names(tenant, 'q=%25')).toEqual([]);
      expect(await names(tenant, 'role=owner&sort=name')).toEqual(['Owner']);
      expect(await names(tenant, 'status=suspended')).toEqual(['100% Bob_']);
      expect(await names(tenant, `groupId=${group.id}`)).toEqual(['Émile']);
      expect(await names(tenant, 'groupId=g_0000000000000000')).toEqual([]);
    });

    test.each(['sort=age', 'role=boss', 'status=gone', 'groupId=x', 'q=', 'cursor=a'])(
      'refuses ?%s',
      async (query) => {
        const tenant = await createTenant(await create());
        const reply = await tenant.api('GET', tenant.path(`/users?${query}`));
        expect(reply.body).toMatchObject({ status: 400, code: 'invalid_input' });
      },
    );
  });
}

function updateContract(create: () => Promise<MailPlane>): void {
  describe('user.update', () => {
    test('changes what is named, for whoever saw the newest state', async () => {
      const tenant = await createTenant(await create());
      const bob = await createUser(tenant, { email: newAddress() });
      const path = tenant.path(`/users/${bob.id}`);
      const { headers } = await tenant.api('GET', path);
      const match = { 'if-match': headers.get('etag') ?? '' };
      const renamed = await tenant.api('PATCH', path, { name: 'Robert', role: 'admin' }, match);
      expect(renamed.body).toMatchObject({ name: 'Robert', role: 'admin', email: bob.email });
      const late = await tenant.api('PATCH', path, { name: 'Rob' }, match);
      expect(late.body).toMatchObject({ status: 412, code: 'precondition_failed' });
      const next = { 'if-match': renamed.headers.get('etag') ?? '' };
      const none = await tenant.api('PATCH', path, { email: null }, next);
      expect(none.body).toMatchObject({ name: 'Robert', email: null });
      const { body } = await tenant.api<Listing<object>>('GET', tenant.path('/audit?limit=2'));
      expect(body.items).toMatchObject([
        { operation: 'user.update', summary: { emailChanged: true } },
        {
          operation: 'user.update',
          summary: { name: 'Robert', nameBefore: 'Bob', role: 'admin', roleBefore: 'member' },
        },
      ]);
    });

    test('refuses an address that is taken, and a new one for who has an account', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const ann = await join(plane, tenant);
      const bob = await createUser(tenant);
      const taken = await tenant.api('PATCH', tenant.path(`/users/${bob.id}`), {
        email: ann.email,
      });
      expect(taken.body).toMatchObject({ code: 'already_exists', problems: [{ field: 'email' }] });
      const moved = await tenant.api('PATCH', tenant.path(`/users/${ann.userId}`), {
        email: newAddress(),
      });
      expect(moved.body).toMatchObject({
        code: 'forbidden',
        wayOut: expect.stringContaining('Invite the new address'),
        problems: [{ field: 'email' }],
      });
    });

    test('lets nobody touch a role above their own', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const admin = await join(plane, tenant, { role: 'admin' });
      const owner = tenant.path(`/users/${tenant.ownerId}`);
      const self = tenant.path(`/users/${admin.userId}`);
      const refusals = [
        await admin.api('PATCH', owner, { name: 'x' }),
        await admin.api('PATCH', owner, { role: 'member' }),
        await admin.api('PATCH', self, { role: 'owner' }),
        await admin.api('POST', `${owner}/suspend`),
        await admin.api('DELETE', owner),
        await admin.api('POST', tenant.path('/users'), { name: 'x', role: 'owner' }),
        await admin.api('POST', tenant.path('/invitations'), { userId: tenant.ownerId }),
      ];
      expect(refusals.map(({ status }) => status)).toEqual(refusals.map(() => 403));
      expect((await admin.api('PATCH', self, { name: 'Adam' })).status).toBe(200);
    });
  });

  describe('the last active owner', () => {
    test('can be neither removed, demoted nor suspended; a second one can', async () => {
      const tenant = await createTenant(await create());
      const owner = tenant.path(`/users/${tenant.ownerId}`);
      const tries = () => [
        tenant.api('DELETE', owner),
        tenant.api('PATCH', owner, { role: 'admin' }),
        tenant.api('POST', `${owner}/suspend`),
      ];
      for (const reply of await Promise.all(tries()))
        expect(reply.body).toMatchObject({ status: 409, code: 'last_owner' });
      const second = await createUser(tenant, { role: 'owner' });
      await tenant.api('POST', tenant.path(`/users/${second.id}/suspend`));
      expect((await tenant.api('DELETE', owner)).body).toMatchObject({ code: 'last_owner' });
      await tenant.api('POST', tenant.path(`/users/${second.id}/resume`));
      expect((await tenant.api('DELETE', owner)).status).toBe(204);
    });

    test('stays when two owners remove each other at once', async () => {
      const tenant = await createTenant(await create());
      const second = await createUser(tenant, { role: 'owner' });
      const replies = await Promise.all([
        tenant.api('DELETE', tenant.path(`/users/${tenant.ownerId}`)),
        tenant.api('PATCH', tenant.path(`/users/${second.id}`), { role: 'member' }),
      ]);
      expect(replies.map(({ status }) => status).toSorted((a, b) => b - a)[0]).toBe(409);
      expect(await names(tenant, 'role=owner')).toHaveLength(1);
    });
  });
}

function suspendContract(create: () => Promise<MailPlane>): void {
  describe('user.suspend', () => {
    test('cuts all devices off every gateway at once, and resume gives all back', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateways = [await enrolledGateway(plane, tenant), await enrolledGateway(plane, tenant)];
      const { id: userId } = await createUser(tenant);
      const own = [];
      for (let i = 0; i < 3; i++)
        own.push(await createDevice(tenant, { userId, publicKey: publicKey() }));
      await createDevice(tenant, { publicKey: publicKey() });
      const link = await createLink(tenant, own[0]?.id ?? '');
      const before = await Promise.all(own.map(({ id }) => detail(tenant, id)));
      const [full, ...rest] = await Promise.all(gateways.map((gateway) => documentOf(gateway)));
      expect(rest).toHaveLength(1);

      const path = tenant.path(`/users/${userId}`);
      const suspended = await tenant.api('POST', `${path}/suspend`);
      expect(suspended.body).toMatchObject({ status: 'suspended' });
      expect((await tenant.api('POST', `${path}/suspend`)).body).toEqual(suspended.body);
      for (const gateway of gateways) {
        const delta = await documentOf(gateway, full?.revision);
        expect(delta.peers.upsert).toEqual([]);
        expect(delta.peers.remove.toSorted()).toEqual(own.map(({ id }) => id).toSorted());
      }
      expect((await plane.request(link.path)).status).toBe(410);
      // Nobody else gets the addresses meanwhile.
      const other = await createDevice(tenant, { publicKey: publicKey() });
      const taken = before.flatMap(({ connections }) => connections.map((one) => one.addresses[0]));
      expect(taken).not.toContain((await detail(tenant, other.id)).connections[0]?.addresses[0]);

      const resumed = await tenant.api('POST', `${path}/resume`);
      expect(resumed.body).toMatchObject({ status: 'active' });
      const after = await Promise.all(own.map(({ id }) => detail(tenant, id)));
      expect(after.map(({ connections }) => connections)).toEqual(
        before.map(({ connections }) => connections),
      );
      await tenant.api('POST', tenant.path(`/devices/${other.id}/revoke`));
      expect((await documentOf(gateways[0] as TestGateway)).peerDigest).toBe(full?.peerDigest);
    });

    test('makes nothing for a suspended user, and revoking gives the address away', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      await enrolledGateway(plane, tenant, { pools: { v4: '10.9.0.0/29' } });
      const { id: userId } = await createUser(tenant);
      const device = await createDevice(tenant, { userId, publicKey: publicKey() });
      await tenant.api('POST', tenant.path(`/users/${userId}/suspend`));
      const body = { userId, name: 'x', publicKey: publicKey() };
      const path = tenant.path(`/devices/${device.id}`);
      for (const reply of [
        await tenant.api('POST', tenant.path('/devices'), body),
        await tenant.api('POST', `${path}/reissue`, { publicKey: publicKey() }),
        await tenant.api('POST', tenant.path('/links'), { deviceId: device.id }),
      ])
        expect(reply.body).toMatchObject({ status: 409, code: 'user_suspended' });
      expect((await tenant.api('POST', `${path}/revoke`)).status).toBe(200);
      for (let i = 0; i < 5; i++) await createDevice(tenant, { publicKey: publicKey() });
      await tenant.api('POST', tenant.path(`/users/${userId}/resume`));
      expect(await detail(tenant, device.id)).toMatchObject({ status: 'revoked', connections: [] });
    });

    test('shuts the sessions out at once', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const ann = await join(plane, tenant);
      const devices = tenant.path('/devices');
      expect((await ann.api('GET', devices)).status).toBe(200);
      await tenant.api('POST', tenant.path(`/users/${ann.userId}/suspend`));
      expect((await ann.api('GET', devices)).status).toBe(404);
      await tenant.api('POST', tenant.path(`/users/${ann.userId}/resume`));
      expect((await ann.api('GET', devices)).status).toBe(200);
    });
  });
}

function deleteContract(create: () => Promise<MailPlane>): void {
  describe('user.delete', () => {
    test('revokes all devices, forgets the person and keeps what the log says', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const gateway = await enrolledGateway(plane, tenant);
      const ann = await join(plane, tenant);
      const { userId } = ann;
      const device = await createDevice(tenant, { userId, publicKey: publicKey() });
      const { revision } = await documentOf(gateway);
      const path = tenant.path(`/users/${userId}`);
      expect((await tenant.api('DELETE', path)).status).toBe(204);
      expect((await documentOf(gateway, revision)).peers).toEqual({
        upsert: [],
        remove: [device.id],
      });
      expect(await detail(tenant, device.id)).toMatchObject({ status: 'revoked', publicKey: null });
      expect((await ann.api('GET', tenant.path('/devices'))).status).toBe(404);
      for (const reply of [
        await tenant.api('GET', path),
        await tenant.api('DELETE', path),
        await tenant.api('POST', `${path}/resume`),
        await tenant.api('POST', tenant.path(`/devices/${device.id}/reissue`), {}),
        await tenant.api('POST', tenant.path('/devices'), { userId, name: 'x' }),
      ])
        expect(reply.status).toBe(404);
      expect(await names(tenant, '')).toEqual(['Owner']);
      const log = await tenant.api<Listing<object>>('GET', tenant.path('/audit?limit=1'));
      expect(log.body.items).toMatchObject([
        { operation: 'user.delete', subject: userId, summary: { name: 'Ann', devices: 1 } },
      ]);
      // The address is free again.
      await createUser(tenant, { email: ann.email });
    });
  });
}

function inviteContract(create: () => Promise<MailPlane>): void {
  describe('user.invite', () => {
    test('makes a user who comes in by the mailed address, into the groups named', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const made = await tenant.api<Group>('POST', tenant.path('/groups'), { name: 'Staff' });
      const { id: groupId } = expectStatus(made, 201);
      const ann = await join(plane, tenant, { role: 'auditor', groupIds: [groupId] });
      const user = await tenant.api('GET', tenant.path(`/users/${ann.userId}`));
      expect(user.body).toMatchObject({ status: 'active', hasAccount: true, role: 'auditor' });
      expect(await names(tenant, `groupId=${groupId}`)).toEqual(['Ann']);
      const again = await tenant.api('POST', tenant.path('/invitations'), { email: ann.email });
      expect(again.body).toMatchObject({ code: 'already_exists' });
    });

    test('again within a minute answers the same and mails nothing', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const email = newAddress();
      const body = { email, name: 'Ann' };
      const invite = tenant.path('/invitations');
      const first = await tenant.api<User>('POST', invite, body);
      expect(first.body).toMatchObject({ status: 'invited', hasAccount: false });
      const userId = first.body.id;
      for (const same of [body, { email }, { userId }])
        expect((await tenant.api('POST', invite, same)).body).toEqual(first.body);
      expect(await plane.mailsTo(email, tenant.id)).toHaveLength(1);
      const path = tenant.path(`/mails?about=${userId}`);
      const { body: mails } = await tenant.api<Listing<SentMail>>('GET', path);
      expect(mails.items).toMatchObject([
        { kind: 'invitation', recipient: email, about: userId, error: null },
      ]);
    });

    test('invites a user there is, and none who has no address or is suspended', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const email = newAddress();
      const bob = await createUser(tenant, { email });
      const invite = tenant.path('/invitations');
      expect((await tenant.api('POST', invite, { userId: bob.id })).status).toBe(200);
      expect(await invitationOf(plane, tenant, email)).toMatch(/^spi_/);
      const nameless = await createUser(tenant);
      const problems = { status: 400, problems: [{ field: 'userId' }] };
      const mute = await tenant.api('POST', invite, { userId: nameless.id });
      expect(mute.body).toMatchObject(problems);
      await tenant.api('POST', tenant.path(`/users/${nameless.id}/suspend`));
      const off = await tenant.api('POST', invite, { userId: nameless.id });
      expect(off.body).toMatchObject({ code: 'user_suspended' });
      for (const body of [{}, { email, userId: bob.id }, { email: newAddress() }])
        expect((await tenant.api('POST', invite, body)).status).toBe(400);
      const lost = { email: newAddress(), name: 'x', groupIds: ['g_0000000000000000'] };
      expect((await tenant.api('POST', invite, lost)).status).toBe(404);
    });
  });
}

export function userContract(create: () => Promise<MailPlane>): void {
  listContract(create);
  updateContract(create);
  suspendContract(create);
  deleteContract(create);
  inviteContract(create);
}
