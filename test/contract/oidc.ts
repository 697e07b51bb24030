// Single sign-on against a real OpenID provider, on every runtime.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Me } from '../../src/model/me.ts';
import type { Oidc } from '../../src/model/oidc.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import { type IdentityProvider, startIdentityProvider } from '../identity-provider.ts';
import { cookieOf, newAddress, signInByMail } from './people.ts';
import { apiOf, createTenant, type MailPlane, type TestTenant } from './plane.ts';

interface World {
  plane: MailPlane;
  tenant: TestTenant;
  slug: string;
  provider: IdentityProvider;
}

function settingsOf({ issuer, clientId, clientSecret }: IdentityProvider, more: object = {}) {
  return { issuer, clientId, clientSecret, ...more };
}

/** A tenant with its identity provider, which knows somebody of whom the tenant does not. */
async function prepared(plane: MailPlane, more: object = {}): Promise<World> {
  const provider = await startIdentityProvider();
  const tenant = await createTenant(plane);
  const { body } = await tenant.api<Tenant>('GET', tenant.path(''));
  const set = await tenant.api('PUT', tenant.path('/oidc'), settingsOf(provider, more));
  if (set.status !== 200) throw new Error(`no provider: ${set.status} ${set.text}`);
  const sub = `sub-${randomBytes(4).toString('hex')}`;
  provider.claims = { sub, email: newAddress(), email_verified: true, name: 'Ann' };
  return { plane, tenant, slug: body.slug, provider };
}

/** Goes to the provider; gives what the browser has to keep, and where it was sent. */
async function start({ plane, slug }: World, query = '') {
  const reply = await plane.request(`/v1/sign-in/oidc/start/${slug}${query}`, {
    redirect: 'manual',
  });
  const [line = ''] = reply.headers.getSetCookie();
  const [cookie = ''] = line.split('; ');
  return { reply, cookie, line, location: reply.headers.get('location') ?? '' };
}

function comeBack({ plane }: World, { pathname, search }: URL, cookie: string) {
  const headers = { cookie, accept: 'text/html' };
  return plane.request(pathname + search, { headers, redirect: 'manual' });
}

async function signIn(world: World, query = '') {
  const { cookie, location } = await start(world, query);
  const answer = await world.provider.visit(location);
  const reply = await comeBack(world, answer, cookie);
  const token = cookieOf(reply.headers)?.token ?? '';
  return { reply, token, api: apiOf(world.plane, token), location: reply.headers.get('location') };
}

export function oidcContract(create: () => Promise<MailPlane>): void {
  describe('oidc.signIn', () => {
    test('makes a user of whoever the provider vouches for, if the tenant wants that', async () => {
      const world = await prepared(await create(), { createsUsers: true });
      const { reply, api, location } = await signIn(world, '?return=/portal/%23/devices');
      expect([reply.status, location]).toEqual([302, '/portal/#/devices']);
      const me = await api<Me>('GET', '/v1/me');
      expect(me.body).toMatchObject({
        session: { methods: ['oidc'], twoFactors: true, tenantId: world.tenant.id },
        account: { email: world.provider.claims.email },
        tenants: [{ tenantId: world.tenant.id, role: 'member' }],
      });
      expect((await api('GET', world.tenant.path('/devices'))).status).toBe(200);
      const again = await signIn(world);
      const { body } = await again.api<Me>('GET', '/v1/me');
      expect(body.tenants).toEqual(me.body.tenants);
    });

    test('finds the user that there is by a verified address, and refuses strangers', async () => {
      const world = await prepared(await create());
      const stranger = await signIn(world);
      expect(stranger.reply.status).toBe(403);
      expect(await stranger.reply.text()).toContain('Nobody of this address');
      const { email } = world.provider.claims;
      const body = { name: 'Ann', email, role: 'admin' };
      await world.tenant.api('POST', world.tenant.path('/users'), body);
      const { api } = await signIn(world);
      expect((await api('GET', world.tenant.path('/users'))).status).toBe(200);
    });

    test.each([{ email_verified: false }, { email_verified: undefined }, { email: undefined }])(
      'believes no address that the provider has not verified: %j',
      async (claims) => {
        const world = await prepared(await create(), { createsUsers: true });
        Object.assign(world.provider.claims, claims);
        const { reply, token } = await signIn(world);
        expect([reply.status, token]).toEqual([403, '']);
        expect(await reply.text()).toContain('is verified');
      },
    );

    test('is good in that tenant alone, and does not open the account', async () => {
      const plane = await create();
      const world = await prepared(plane, { createsUsers: true });
      const other = await prepared(plane, { createsUsers: true });
      const { api } = await signIn(world);
      Object.assign(other.provider.claims, { email: world.provider.claims.email });
      expect((await signIn(other)).reply.status).toBe(302);
      expect((await api('GET', other.tenant.path(''))).status).toBe(404);
      const { body } = await api<Me>('GET', '/v1/me');
      expect(body.tenants.map(({ tenantId }) => tenantId)).toEqual([world.tenant.id]);
      for (const [method, path] of [
        ['POST', '/v1/me/totp'],
        ['POST', '/v1/me/passkey-challenges'],
        ['PATCH', '/v1/me'],
        ['DELETE', '/v1/me'],
      ] as const)
        expect(
          (await api(method, path, method === 'PATCH' ? { name: 'x' } : {})).body,
        ).toMatchObject({ code: 'forbidden' });
    });

    test('does not see what the account of a victim has, nor its other sessions', async () => {
      const plane = await create();
      const victim = await signInByMail(plane);
      const world = await prepared(plane, { createsUsers: true });
      Object.assign(world.provider.claims, { email: victim.email });
      const { api } = await signIn(world);
      const { body } = await api<{ items: object[] }>('GET', '/v1/me/sessions');
      expect(body.items).toMatchObject([{ methods: ['oidc'], current: true }]);
      const path = `/v1/me/sessions/${victim.signedIn.session.id}`;
      expect((await api('DELETE', path)).status).toBe(404);
    });

    test('brings groups and takes them away, but none that an administrator gave', async () => {
      const plane = await create();
      const world = await prepared(plane, { createsUsers: true, groupsClaim: 'groups' });
      const { tenant, provider } = world;
      const made = async (name: string) => {
        const reply = await tenant.api<{ id: string }>('POST', tenant.path('/groups'), { name });
        return reply.body.id;
      };
      const ids = {
        staff: await made('staff'),
        ops: await made('ops'),
        board: await made('board'),
      };
      provider.claims.groups = ['staff', 'ops', 'unknown'];
      const { api } = await signIn(world);
      const { body } = await api<Me>('GET', '/v1/me');
      const userId = body.tenants[0]?.userId ?? '';
      const groupsNow = async () => {
        const found = [];
        for (const [name, id] of Object.entries(ids)) {
          const users = await tenant.api<{ items: { id: string }[] }>(
            'GET',
            tenant.path(`/users?groupId=${id}`),
          );
          if (users.body.items.some((user) => user.id === userId)) found.push(name);
        }
        return found;
      };
      expect(await groupsNow()).toEqual(['staff', 'ops']);
      await tenant.api('PUT', tenant.path(`/groups/${ids.board}/members/${userId}`));
      provider.claims.groups = 'ops';
      await signIn(world);
      expect(await groupsNow()).toEqual(['ops', 'board']);
    });
  });

  describe('an answer of an identity provider', () => {
    test('counts once, and in the browser alone that asked', async () => {
      const world = await prepared(await create(), { createsUsers: true });
      const { cookie, line, location } = await start(world);
      expect(line).toMatch(/^__Host-sallyport-oidc=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      const answer = await world.provider.visit(location);
      const other = await start(world);
      expect((await comeBack(world, answer, '')).status).toBe(403);
      expect((await comeBack(world, answer, other.cookie)).status).toBe(403);
      expect((await comeBack(world, answer, cookie)).status).toBe(302);
      expect((await comeBack(world, answer, cookie)).status).toBe(403);
    });

    test('with another state, issuer or a made-up code is refused', async () => {
      const world = await prepared(await create(), { createsUsers: true });
      for (const [name, value] of [
        ['state', 'other'],
        ['iss', 'https://evil.example'],
        ['code', 'made-up'],
      ] as const) {
        const { cookie, location } = await start(world);
        const answer = await world.provider.visit(location);
        answer.searchParams.set(name, value);
        const reply = await comeBack(world, answer, cookie);
        expect([name, reply.status]).toEqual([name, 403]);
      }
    });

    test('that says no is a page that says what to do', async () => {
      const world = await prepared(await create());
      const { cookie, location } = await start(world);
      const answer = await world.provider.visit(location);
      answer.search = `?error=access_denied&state=${answer.searchParams.get('state')}`;
      answer.searchParams.set('iss', world.provider.issuer);
      const reply = await comeBack(world, answer, cookie);
      expect(reply.headers.get('content-type')).toContain('text/html');
      expect(await reply.text()).toContain('access_denied');
    });
  });

  describe('oidc.startSignIn', () => {
    test.each(['https://evil.example/', '//evil.example/portal/', '/portal/../v1/me', '/\\evil'])(
      'sends nobody to %s afterwards',
      async (target) => {
        const world = await prepared(await create());
        const { reply } = await start(world, `?return=${encodeURIComponent(target)}`);
        expect(reply.status).toBe(400);
      },
    );

    test('knows no tenant without a provider, as none at all', async () => {
      const plane = await create();
      const world = await prepared(plane);
      const without = await createTenant(plane);
      const { body } = await without.api<Tenant>('GET', without.path(''));
      for (const slug of [body.slug, 'no-such-tenant']) {
        const { reply } = await start({ ...world, slug });
        expect(reply.status).toBe(404);
      }
    });
  });

  describe('oidc.set', () => {
    test('keeps the secret to itself, and from one change to the next', async () => {
      const { tenant, provider } = await prepared(await create());
      const got = await tenant.api<Oidc>('GET', tenant.path('/oidc'));
      expect(got.text).not.toContain(provider.clientSecret);
      expect(got.body.redirectUri).toBe('http://control.test/v1/sign-in/oidc/callback');
      const { issuer, clientId } = provider;
      const more = await tenant.api<Oidc>('PUT', tenant.path('/oidc'), {
        ...{ issuer, clientId, createsUsers: true },
      });
      expect(more.body.createsUsers).toBe(true);
      const other = await tenant.api('PUT', tenant.path('/oidc'), {
        ...{ issuer: 'http://127.0.0.1:1', clientId },
      });
      expect(other.body).toMatchObject({ problems: [{ field: 'clientSecret' }] });
    });

    test.each(['ftp://x.example', 'http://idp.example', 'https://u:p@idp.example', 'https://a?b'])(
      'refuses %s',
      async (issuer) => {
        const tenant = await createTenant(await create());
        const body = { issuer, clientId: 'x', clientSecret: 'y' };
        const reply = await tenant.api('PUT', tenant.path('/oidc'), body);
        expect(reply.body).toMatchObject({
          code: 'invalid_input',
          problems: [{ field: 'issuer' }],
        });
      },
    );

    test('is undone by oidc.delete, which ends the sessions of it', async () => {
      const world = await prepared(await create(), { createsUsers: true });
      const { tenant } = world;
      const { api } = await signIn(world);
      expect((await api('GET', '/v1/me')).status).toBe(200);
      expect((await tenant.api('DELETE', tenant.path('/oidc'))).status).toBe(204);
      expect((await api('GET', '/v1/me')).status).toBe(401);
      expect((await tenant.api('GET', tenant.path('/oidc'))).status).toBe(404);
      expect((await start(world)).reply.status).toBe(404);
    });
  });
}
