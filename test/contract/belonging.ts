// Accounts and the tenants they belong to: coming in, what tenants ask, leaving, and rescue.

import { describe, expect, test } from 'vitest';
import type { Me, RecoveredAccount } from '../../src/model/me.ts';
import type { Revision } from '../../src/model/revision.ts';
import type { SignedIn } from '../../src/model/sign-in.ts';
import type { TenantPolicy } from '../../src/model/tenant.ts';
import type { Listing } from '../../src/operations/page.ts';
import { Authenticator } from './authenticator.ts';
import { addPasskey, withPasskey } from './factors.ts';
import { cookieName, newAddress, personOf, signInByMail } from './people.ts';
import {
  apiOf,
  createDevice,
  createLink,
  createTenant,
  enrolledGateway,
  expectStatus,
  type MailPlane,
  operatorKey,
  type TestTenant,
} from './plane.ts';
import { invitationOf, join } from './users.ts';

async function setPolicy(tenant: TestTenant, policy: Partial<TenantPolicy>): Promise<void> {
  expectStatus(await tenant.api('PATCH', tenant.path(''), { policy }), 200);
}

async function revisionsOf(tenant: TestTenant, operation: string): Promise<Revision[]> {
  const { body } = await tenant.api<Listing<Revision>>('GET', tenant.path('/audit'));
  return body.items.filter((item) => item.operation === operation);
}

function acceptContract(create: () => Promise<MailPlane>): void {
  describe('user.accept', () => {
    test('takes an invitation once, also when it comes many times at once', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const email = newAddress();
      await tenant.api('POST', tenant.path('/invitations'), { name: 'Ann', email });
      const token = await invitationOf(plane, tenant, email);
      const accept = () =>
        apiOf(plane)<SignedIn>('POST', '/v1/sign-in/invitation', { token, as: 'token' });
      const replies = await Promise.all([accept(), accept(), accept()]);
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
      expect((await accept()).body).toMatchObject({ code: 'sign_in_failed' });
      const reply = replies.find(({ status }) => status === 200) ?? (await accept());
      const ann = personOf(plane, email, reply);
      const me = await ann.api<Me>('GET', '/v1/me');
      expect(me.body).toMatchObject({
        account: { name: 'Ann', email },
        tenants: [{ tenantId: tenant.id, role: 'member', status: 'active' }],
      });
    });

    test('makes one account of several invitations to the same address', async () => {
      const plane = await create();
      const [one, two] = [await createTenant(plane), await createTenant(plane)];
      const ann = await join(plane, one);
      await two.api('POST', two.path('/invitations'), { name: 'A.', email: ann.email });
      const token = await invitationOf(plane, two, ann.email);
      const body = { token, as: 'token' };
      const reply = await apiOf(plane)<SignedIn>('POST', '/v1/sign-in/invitation', body);
      const me = await personOf(plane, ann.email, reply).api<Me>('GET', '/v1/me');
      expect(me.body.tenants.map(({ tenantId }) => tenantId).sort()).toEqual(
        [one.id, two.id].sort(),
      );
    });

    test.each([`spi_0123456789abcdef_${'0'.repeat(39)}`, 'nonsense'])(
      'refuses %s',
      async (token) => {
        const reply = await apiOf(await create())('POST', '/v1/sign-in/invitation', { token });
        expect(reply.body).toMatchObject({ status: 403, code: 'sign_in_failed' });
      },
    );
  });
}

function policyContract(create: () => Promise<MailPlane>): void {
  describe('a tenant that asks for two factors', () => {
    test('lets nobody in by mail alone, and whoever adds a passkey', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const ann = await join(plane, tenant);
      await setPolicy(tenant, { secondFactor: 'required' });
      const again = await signInByMail(plane, ann.email);
      const path = tenant.path('/devices');
      expect((await again.api('GET', path)).body).toMatchObject({ code: 'second_factor_required' });
      const made = await addPasskey(again, new Authenticator());
      expect((await apiOf(plane, made.body.token)('GET', path)).status).toBe(200);
    });
  });

  describe('a tenant whose links want a session', () => {
    async function prepared() {
      const plane = await create();
      const tenant = await createTenant(plane);
      await enrolledGateway(plane, tenant);
      await setPolicy(tenant, { linkRedemption: 'session' });
      const [ann, bob] = [await join(plane, tenant), await join(plane, tenant)];
      const device = await createDevice(tenant, { userId: ann.userId });
      return { plane, ann, bob, link: await createLink(tenant, device.id) };
    }

    test('gives the profile to the user of the device alone', async () => {
      const { plane, ann, bob, link } = await prepared();
      const redeem = (api = apiOf(plane)) => api('POST', '/v1/links/redeem', { token: link.token });
      expect((await redeem()).body).toMatchObject({ code: 'sign_in_required' });
      expect((await redeem(bob.api)).body).toMatchObject({ code: 'forbidden' });
      const stranger = await signInByMail(plane);
      expect((await redeem(stranger.api)).body).toMatchObject({ code: 'sign_in_required' });
      expect((await redeem(ann.api)).status).toBe(200);
    });

    test('says on the page where to sign in, and then works there', async () => {
      const { plane, ann, link } = await prepared();
      const accept = 'text/html';
      const refused = await plane.request(link.path, { headers: { accept } });
      expect(refused.status).toBe(403);
      const html = await refused.text();
      expect(html).toContain('Sign in at http://control.test/portal/');
      expect(html).toContain(`href="/portal/#${link.path}"`);
      const cookie = `${cookieName}=${ann.token}`;
      const shown = await plane.request(link.path, { headers: { accept, cookie } });
      expect(shown.status).toBe(200);
      const headers = { accept, cookie, 'sec-fetch-site': 'same-origin' };
      const page = await plane.request(link.path, { method: 'POST', headers });
      expect(page.status).toBe(200);
    });
  });
}

function endContract(create: () => Promise<MailPlane>): void {
  describe('account.delete', () => {
    test('leaves the user without a login, and the log with a line of it', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const ann = await join(plane, tenant);
      expect((await ann.api('DELETE', '/v1/me')).status).toBe(204);
      expect((await ann.api('GET', '/v1/me')).status).toBe(401);
      const user = await tenant.api('GET', tenant.path(`/users/${ann.userId}`));
      expect(user.body).toMatchObject({ name: 'Ann', hasAccount: false });
      expect(await revisionsOf(tenant, 'account.delete')).toMatchObject([
        { actor: ann.userId, subject: ann.userId },
      ]);
    });

    test('is refused to the last owner of a tenant', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const ann = await join(plane, tenant, { role: 'owner' });
      await tenant.api('POST', tenant.path(`/users/${tenant.ownerId}/suspend`));
      expect((await ann.api('DELETE', '/v1/me')).body).toMatchObject({ code: 'last_owner' });
      expect((await ann.api('GET', tenant.path(''))).status).toBe(200);
    });
  });

  describe('account.recover', () => {
    test('takes everything away, signs in once by its link, and is in the log', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const ann = await join(plane, tenant);
      const { person } = await withPasskey(plane, {}, ann);
      const operator = apiOf(plane, operatorKey);
      const reply = await operator<RecoveredAccount>('POST', '/v1/accounts/recover', {
        email: ann.email,
      });
      const { url } = expectStatus(reply, 200);
      expect((await person.api('GET', '/v1/me')).status).toBe(401);
      const [, challengeId, secret] = /\/portal\/#\/sign-in\/mail\/(\w+)\/(\w+)$/.exec(url) ?? [];
      const body = { challengeId, secret, as: 'token' };
      const verify = () => apiOf(plane)<SignedIn>('POST', '/v1/sign-in/mail/verify', body);
      const rescued = personOf(plane, ann.email, await verify());
      const { session } = rescued.signedIn;
      expect(session).toMatchObject({ methods: ['operator'], twoFactors: true });
      expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBe(3_600_000);
      expect((await verify()).body).toMatchObject({ code: 'sign_in_failed' });
      const me = await rescued.api<Me>('GET', '/v1/me');
      expect(me.body.account).toMatchObject({ passkeys: 0, hasTotp: false });
      expect(await revisionsOf(tenant, 'account.recover')).toMatchObject([
        { actor: 'operator', subject: ann.userId },
      ]);
      expect((await addPasskey(rescued, new Authenticator())).status).toBe(201);
      const mails = await plane.mailsTo(ann.email);
      expect(mails.map(({ subject }) => subject)).toContain('Your account is being recovered');
    });

    test('is for the operator alone', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const ann = await join(plane, tenant, { role: 'owner' });
      const body = { email: ann.email };
      for (const api of [ann.api, tenant.api])
        expect((await api('POST', '/v1/accounts/recover', body)).status).toBe(403);
      const unknown = { email: newAddress() };
      const reply = await apiOf(plane, operatorKey)('POST', '/v1/accounts/recover', unknown);
      expect(reply.status).toBe(404);
    });
  });
}

export function belongingContract(create: () => Promise<MailPlane>): void {
  acceptContract(create);
  policyContract(create);
  endContract(create);
}
