import { describe, expect, test } from 'vitest';
import type { Me } from '../../src/model/me.ts';
import type { Session, SignedIn, StartedSignIn } from '../../src/model/sign-in.ts';
import { askForCode, cookieName, cookieOf, newAddress, signInByMail } from './people.ts';
import { apiOf, createTenant, type MailPlane, operatorKey } from './plane.ts';

const verify = '/v1/sign-in/mail/verify';

/** An address with an account, and a code that was mailed to it. */
async function mailed(plane: MailPlane) {
  const { email } = await signInByMail(plane);
  const code = await askForCode(plane, email);
  if (!code) throw new Error('no mail');
  return { email, ...code };
}

export function accountContract(create: () => Promise<MailPlane>): void {
  describe('account.signIn', () => {
    test('takes the mailed code once', async () => {
      const plane = await create();
      const { challengeId, code } = await mailed(plane);
      const body = { challengeId, code: `${code.slice(0, 4)} ${code.slice(4)}`, as: 'token' };
      const first = await apiOf(plane)<SignedIn>('POST', verify, body);
      expect(first.body).toMatchObject({
        session: { methods: ['mail'], twoFactors: false, current: true, tenantId: null },
        next: null,
        token: expect.stringMatching(/^sps_/),
      });
      const again = await apiOf(plane)('POST', verify, body);
      expect(again.body).toMatchObject({ status: 403, code: 'sign_in_failed' });
    });

    test('takes the secret of the link in its place, and then the code no more', async () => {
      const plane = await create();
      const { challengeId, code, secret } = await mailed(plane);
      const body = { challengeId, secret, as: 'token' };
      expect((await apiOf(plane)('POST', verify, body)).status).toBe(200);
      const late = await apiOf(plane)('POST', verify, { challengeId, code });
      expect(late.body).toMatchObject({ code: 'sign_in_failed' });
    });

    test('gives a browser a cookie that only our pages get, and no token', async () => {
      const plane = await create();
      const { challengeId, code } = await mailed(plane);
      const reply = await apiOf(plane)<SignedIn>('POST', verify, { challengeId, code });
      expect(reply.body).not.toHaveProperty('token');
      const cookie = cookieOf(reply.headers);
      expect(cookie?.token).toMatch(/^sps_/);
      expect(cookie?.attributes).toEqual(
        expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']),
      );
      const headers = { cookie: `${cookieName}=${cookie?.token}` };
      const me = await plane.request('/v1/me', { headers });
      expect(await me.json()).toMatchObject({ kind: 'session', account: { hasTotp: false } });
    });

    test('gives up a challenge after five wrong codes, also when they come at once', async () => {
      const plane = await create();
      const { challengeId, code } = await mailed(plane);
      const guesses = Array.from({ length: 12 }, (_, at) =>
        apiOf(plane)('POST', verify, { challengeId, code: String(10_000_000 + at) }),
      );
      for (const { body } of await Promise.all(guesses))
        expect(body).toMatchObject({ code: 'sign_in_failed' });
      const right = await apiOf(plane)('POST', verify, { challengeId, code });
      expect(right.body).toMatchObject({ code: 'sign_in_failed' });
    });

    test('signs in once when the right code comes many times at once', async () => {
      const plane = await create();
      const { challengeId, code } = await mailed(plane);
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => apiOf(plane)('POST', verify, { challengeId, code })),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403, 403]);
    });

    test.each([
      [{ code: '1234567' }, 'code', 'must be 8 digits'],
      [{ code: '12345678', secret: 'x' }, '(whole)', 'must hold either code or secret'],
      [{}, '(whole)', 'must hold either code or secret'],
    ])('refuses %j', async (part, field, rule) => {
      const plane = await create();
      const body = { challengeId: 'ch_0000000000000000', ...part };
      const reply = await apiOf(plane)('POST', verify, body);
      expect(reply.body).toMatchObject({ status: 400, problems: [{ field, rule }] });
    });
  });

  describe('account.startSignIn', () => {
    test('answers alike for an address that it knows and one that it does not', async () => {
      const plane = await create();
      const { email } = await signInByMail(plane);
      const ask = (address: string) =>
        apiOf(plane)<StartedSignIn>('POST', '/v1/sign-in/mail', { email: address });
      for (const address of [email, newAddress(), email.toUpperCase()]) {
        const { status, body } = await ask(address);
        expect(status).toBe(202);
        expect(Object.keys(body).sort()).toEqual(['challengeId', 'expiresAt']);
      }
    });

    test('mails an address only a few times in ten minutes, and says nothing of it', async () => {
      const plane = await create();
      const { email } = await signInByMail(plane);
      const codes = [];
      for (let i = 0; i < 7; i++) codes.push(await askForCode(plane, email));
      expect(codes.map((code) => code !== undefined)).toEqual([
        ...[true, true, true, true, true],
        ...[false, false],
      ]);
    });
  });

  describe('me.get', () => {
    test('says to a key what it is', async () => {
      const plane = await create();
      const tenant = await createTenant(plane);
      const { body } = await tenant.api<Me>('GET', '/v1/me');
      expect(body).toMatchObject({
        kind: 'key',
        account: null,
        key: { role: 'owner', permissions: null },
        tenants: [{ tenantId: tenant.id, role: 'owner', userId: null }],
      });
    });

    test('says to the operator that it is the operator, and to nobody nothing', async () => {
      const plane = await create();
      const reply = await apiOf(plane, operatorKey)<Me>('GET', '/v1/me');
      expect(reply.body).toMatchObject({ kind: 'operator', account: null, tenants: [] });
      expect((await apiOf(plane)('GET', '/v1/me')).status).toBe(401);
    });

    test('shows an account, whose name can be changed', async () => {
      const plane = await create();
      const ann = await signInByMail(plane);
      expect((await ann.api<Me>('GET', '/v1/me')).body.account).toMatchObject({
        email: ann.email,
        name: ann.email.split('@')[0],
        hasTotp: false,
        passkeys: 0,
      });
      await ann.api('PATCH', '/v1/me', { name: 'Ann' });
      expect((await ann.api<Me>('GET', '/v1/me')).body.account).toMatchObject({ name: 'Ann' });
    });
  });

  describe('sessions', () => {
    test('are listed, and one that is revoked is good no more at once', async () => {
      const plane = await create();
      const one = await signInByMail(plane);
      const two = await signInByMail(plane, one.email);
      const { body } = await one.api<{ items: Session[] }>('GET', '/v1/me/sessions');
      expect(body.items.map(({ id, current }) => [id, current])).toEqual(
        expect.arrayContaining([
          [one.signedIn.session.id, true],
          [two.signedIn.session.id, false],
        ]),
      );
      const path = `/v1/me/sessions/${two.signedIn.session.id}`;
      expect((await two.api('GET', '/v1/me')).status).toBe(200);
      expect((await one.api('DELETE', path)).status).toBe(204);
      expect((await two.api('GET', '/v1/me')).body).toMatchObject({ code: 'unauthenticated' });
      expect((await one.api('DELETE', path)).body).toMatchObject({ code: 'not_found' });
    });

    test('of others cannot be revoked, nor seen', async () => {
      const plane = await create();
      const [ann, bob] = [await signInByMail(plane), await signInByMail(plane)];
      const reply = await bob.api('DELETE', `/v1/me/sessions/${ann.signedIn.session.id}`);
      expect(reply.status).toBe(404);
      expect((await ann.api('GET', '/v1/me')).status).toBe(200);
      const { body } = await bob.api<{ items: Session[] }>('GET', '/v1/me/sessions');
      expect(body.items.map(({ id }) => id)).toEqual([bob.signedIn.session.id]);
    });

    test('end by signing out, which takes the cookie away', async () => {
      const plane = await create();
      const ann = await signInByMail(plane);
      const reply = await plane.request('/v1/sign-out', {
        method: 'POST',
        headers: { cookie: `${cookieName}=${ann.token}`, 'sec-fetch-site': 'same-origin' },
      });
      expect(reply.status).toBe(204);
      expect(cookieOf(reply.headers)?.token).toBe('');
      expect((await ann.api('GET', '/v1/me')).status).toBe(401);
    });

    test('are for people: a key has none', async () => {
      const tenant = await createTenant(await create());
      const reply = await tenant.api('GET', '/v1/me/sessions');
      expect(reply.body).toMatchObject({ status: 403, code: 'forbidden' });
    });
  });

  describe('a request with a cookie', () => {
    test.each([
      ['cross-site', 403],
      ['same-site', 403],
      ['none', 403],
      ['same-origin', 204],
    ])('that another page may have caused (%s) gets %i', async (site, status) => {
      const plane = await create();
      const { token } = await signInByMail(plane);
      const headers = { cookie: `${cookieName}=${token}`, 'sec-fetch-site': site };
      const reply = await plane.request('/v1/sign-out', { method: 'POST', headers });
      expect(reply.status).toBe(status);
    });

    test('from an old browser has to name our origin', async () => {
      const plane = await create();
      const { token } = await signInByMail(plane);
      const post = (origin: Record<string, string>) =>
        plane.request('/v1/sign-out', {
          method: 'POST',
          headers: { cookie: `${cookieName}=${token}`, ...origin },
        });
      expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
      expect((await post({})).status).toBe(403);
      expect((await post({ origin: 'http://control.test' })).status).toBe(204);
    });

    test('beside a bearer token is judged by the token, wherever it comes from', async () => {
      const plane = await create();
      const { token } = await signInByMail(plane);
      const authorization = `Bearer ${token}`;
      const headers = { authorization, 'sec-fetch-site': 'cross-site' };
      const reply = await plane.request('/v1/sign-out', { method: 'POST', headers });
      expect(reply.status).toBe(204);
    });
  });
}
