// Passkeys, one-time codes and recovery codes, on every runtime.

import { TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import type { Me } from '../../src/model/me.ts';
import type { Passkey, StartedPasskey } from '../../src/model/passkey.ts';
import type { SignedIn } from '../../src/model/sign-in.ts';
import type { CreatedTotp, RecoveryCodes } from '../../src/model/totp.ts';
import { Authenticator, type AuthenticatorOptions } from './authenticator.ts';
import { type Person, personOf, signInByMail } from './people.ts';
import { apiOf, type MailPlane, type Reply } from './plane.ts';

const passkeys = '/v1/me/passkeys';

interface Started {
  challengeId: string;
  options: { challenge: string; rpId?: string; rp?: { id: string }; user?: { id: string } };
}

async function started(reply: Promise<Reply<StartedPasskey>>): Promise<Started> {
  const { status, text } = await reply;
  if (status !== 200) throw new Error(`no challenge: ${status} ${text}`);
  return JSON.parse(text);
}

/** Adds the passkey to the person's account. */
export async function addPasskey(person: Person, passkey: Authenticator, name = 'phone') {
  const { challengeId, options } = await started(person.api('POST', '/v1/me/passkey-challenges'));
  const response = await passkey.create(options);
  const body = { challengeId, name, response };
  return person.api<Passkey & { token?: string }>('POST', passkeys, body);
}

async function signInWith(plane: MailPlane, passkey: Authenticator) {
  const { challengeId, options } = await started(
    apiOf(plane)('POST', '/v1/sign-in/passkey/start', {}),
  );
  const body = { challengeId, response: await passkey.get(options), as: 'token' };
  return { body, reply: await apiOf(plane)<SignedIn>('POST', '/v1/sign-in/passkey', body) };
}

/** A person with a passkey, whose session knows it. */
export async function withPasskey(
  plane: MailPlane,
  options: AuthenticatorOptions = {},
  whose?: Person,
) {
  const person = whose ?? (await signInByMail(plane));
  const passkey = new Authenticator(options);
  const made = await addPasskey(person, passkey);
  if (made.status !== 201) throw new Error(`no passkey: ${made.status} ${made.text}`);
  const { token = '' } = made.body;
  return { passkey, made: made.body, person: { ...person, token, api: apiOf(plane, token) } };
}

/** The code of so many steps from now. */
function totpCode(secret: string, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
}

/** A person with one-time codes, whose session knows them. This step's code is used. */
async function withTotp(plane: MailPlane) {
  const person = await signInByMail(plane);
  const { body } = await person.api<CreatedTotp>('POST', '/v1/me/totp', {});
  const confirmed = await person.api<RecoveryCodes & { token?: string }>(
    'POST',
    '/v1/me/totp/confirm',
    { code: totpCode(body.secret) },
  );
  const { recoveryCodes, token = '' } = confirmed.body;
  if (confirmed.status !== 200) throw new Error(`no codes: ${confirmed.status} ${confirmed.text}`);
  const { secret } = body;
  return { secret, recoveryCodes, person: { ...person, token, api: apiOf(plane, token) } };
}

function passkeyContract(create: () => Promise<MailPlane>): void {
  describe('passkey.create', () => {
    test('adds a passkey, which signs in from then on without asking for a name', async () => {
      const plane = await create();
      const { person, passkey, made } = await withPasskey(plane);
      expect(made).toMatchObject({ name: 'phone', backedUp: true, lastUsedAt: null });
      const { reply } = await signInWith(plane, passkey);
      expect(reply.body).toMatchObject({
        session: { methods: ['passkey'], twoFactors: true },
        next: null,
      });
      const again = personOf(plane, person.email, reply);
      const me = await again.api<Me>('GET', '/v1/me');
      expect(me.body.account).toMatchObject({ email: person.email, passkeys: 1 });
      const { body } = await again.api<{ items: Passkey[] }>('GET', passkeys);
      expect(body.items).toMatchObject([{ id: made.id, lastUsedAt: expect.any(String) }]);
    });

    test('makes the session one of two factors, renews its token, and mails of it', async () => {
      const plane = await create();
      const old = await signInByMail(plane);
      const made = await addPasskey(old, new Authenticator());
      expect((await old.api('GET', '/v1/me')).status).toBe(401);
      const me = await apiOf(plane, made.body.token)<Me>('GET', '/v1/me');
      expect(me.body.session).toMatchObject({ methods: ['mail', 'passkey'], twoFactors: true });
      const mails = await plane.mailsTo(old.email);
      expect(mails.map(({ subject }) => subject)).toContainEqual(
        expect.stringContaining('“phone” was added'),
      );
    });

    test.each<[string, AuthenticatorOptions]>([
      ['that did not verify its user', { verifies: false }],
      ['made on the page of somebody else', { origin: 'https://evil.example' }],
    ])('refuses a passkey %s', async (_, options) => {
      const person = await signInByMail(await create());
      const made = await addPasskey(person, new Authenticator(options));
      expect(made.body).toMatchObject({ status: 403, code: 'sign_in_failed' });
    });

    test('takes a challenge once, and from the account that it was made for', async () => {
      const plane = await create();
      const [ann, bob] = [await signInByMail(plane), await signInByMail(plane)];
      const start = await started(ann.api('POST', '/v1/me/passkey-challenges'));
      const { challengeId, options } = start;
      const response = await new Authenticator().create(options);
      const body = { challengeId, name: 'x', response };
      expect((await bob.api('POST', passkeys, body)).body).toMatchObject({
        code: 'sign_in_failed',
      });
      const mine = await ann.api<{ token: string }>('POST', passkeys, body);
      expect(mine.status).toBe(201);
      const again = await apiOf(plane, mine.body.token)('POST', passkeys, body);
      expect(again.body).toMatchObject({ code: 'sign_in_failed' });
    });

    test('of an account with a passkey takes more than its mail', async () => {
      const plane = await create();
      const { person } = await withPasskey(plane);
      const byMail = await signInByMail(plane, person.email);
      const reply = await byMail.api('POST', '/v1/me/passkey-challenges');
      expect(reply.body).toMatchObject({ status: 403, code: 'second_factor_required' });
      expect((await addPasskey(person, new Authenticator(), 'laptop')).status).toBe(201);
    });
  });

  describe('passkey.signIn', () => {
    test('takes an answer once', async () => {
      const plane = await create();
      const { passkey } = await withPasskey(plane);
      const { body, reply } = await signInWith(plane, passkey);
      expect(reply.status).toBe(200);
      const again = await apiOf(plane)('POST', '/v1/sign-in/passkey', body);
      expect(again.body).toMatchObject({ code: 'sign_in_failed' });
    });

    test('refuses a copy whose count is behind', async () => {
      const plane = await create();
      const { passkey } = await withPasskey(plane);
      expect((await signInWith(plane, passkey)).reply.status).toBe(200);
      passkey.counter -= 1;
      expect((await signInWith(plane, passkey)).reply.status).toBe(403);
    });

    test('takes passkeys that do not count, as those that live in a cloud', async () => {
      const plane = await create();
      const { passkey } = await withPasskey(plane, { counts: false });
      for (let i = 0; i < 2; i++) expect((await signInWith(plane, passkey)).reply.status).toBe(200);
    });

    test('knows no passkey that was never added, and none that was deleted', async () => {
      const plane = await create();
      const { person, passkey, made } = await withPasskey(plane);
      expect((await signInWith(plane, new Authenticator())).reply.status).toBe(403);
      const path = `${passkeys}/${made.id}`;
      const renamed = await person.api('PATCH', path, { name: 'old phone' });
      expect(renamed.body).toMatchObject({ name: 'old phone' });
      const bob = await signInByMail(plane);
      expect((await bob.api('PATCH', path, { name: 'mine' })).status).toBe(404);
      expect((await bob.api('DELETE', path)).status).toBe(404);
      expect((await person.api('DELETE', path)).status).toBe(204);
      expect((await signInWith(plane, passkey)).reply.body).toMatchObject({
        code: 'sign_in_failed',
      });
    });
  });
}

function totpContract(create: () => Promise<MailPlane>): void {
  describe('one-time codes', () => {
    test('are asked for after the mail once they are confirmed', async () => {
      const plane = await create();
      const { person, secret } = await withTotp(plane);
      const half = await signInByMail(plane, person.email);
      expect(half.signedIn).toMatchObject({ next: 'totp', session: { twoFactors: false } });
      for (const path of ['/v1/me/sessions', passkeys])
        expect((await half.api('GET', path)).body).toMatchObject({
          code: 'second_factor_required',
        });
      expect((await half.api<Me>('GET', '/v1/me')).body).toMatchObject({ next: 'totp' });
      const body = { code: totpCode(secret, 1) };
      const whole = personOf(plane, person.email, await half.api('POST', '/v1/sign-in/totp', body));
      expect(whole.signedIn).toMatchObject({ next: null, session: { methods: ['mail', 'totp'] } });
      expect((await whole.api('GET', passkeys)).status).toBe(200);
      expect((await half.api('GET', '/v1/me')).status).toBe(401);
    });

    test('work once each, also when one comes many times at once', async () => {
      const plane = await create();
      const { person, secret } = await withTotp(plane);
      const halves = [];
      for (let i = 0; i < 3; i++) halves.push(await signInByMail(plane, person.email));
      const body = { code: totpCode(secret, 1) };
      const replies = await Promise.all(
        halves.map(({ api }) => api('POST', '/v1/sign-in/totp', body)),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
    });

    test('rest for a while after five wrong ones, also when those come at once', async () => {
      const plane = await create();
      const { person, secret } = await withTotp(plane);
      const half = await signInByMail(plane, person.email);
      const right = totpCode(secret, 1);
      const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
      const guess = (code: string) => half.api('POST', '/v1/sign-in/totp', { code });
      const guesses = await Promise.all(Array.from({ length: 8 }, () => guess(wrong)));
      const late = await guess(right);
      const answer = (text: string) => text.replace(/r_\w+/, 'R');
      expect(new Set([...guesses, late].map(({ text }) => answer(text))).size).toBe(1);
      expect(late.body).toMatchObject({ code: 'sign_in_failed' });
    });

    test('can be removed and begun anew, with both factors alone', async () => {
      const plane = await create();
      const { person } = await withTotp(plane);
      expect((await person.api('POST', '/v1/me/totp', {})).body).toMatchObject({
        code: 'already_exists',
      });
      expect((await person.api('DELETE', '/v1/me/totp')).status).toBe(204);
      const byMail = await signInByMail(plane, person.email);
      expect(byMail.signedIn.next).toBeNull();
      expect((await byMail.api('POST', '/v1/me/totp', {})).status).toBe(201);
      const unconfirmed = await signInByMail(plane, person.email);
      expect(unconfirmed.signedIn.next).toBeNull();
    });
  });

  describe('recovery codes', () => {
    test('take the place of a one-time code, once each, and the person is told', async () => {
      const plane = await create();
      const { person, recoveryCodes } = await withTotp(plane);
      expect(new Set(recoveryCodes).size).toBe(10);
      const use = async (code = '') => {
        const half = await signInByMail(plane, person.email);
        return half.api<SignedIn>('POST', '/v1/sign-in/recovery', { code });
      };
      const first = await use(recoveryCodes[0]?.toUpperCase());
      expect(first.body).toMatchObject({ session: { methods: ['mail', 'recovery'] }, next: null });
      expect((await use(recoveryCodes[0])).body).toMatchObject({ code: 'sign_in_failed' });
      const mails = await plane.mailsTo(person.email);
      expect(mails.map(({ text }) => text)).toContainEqual(expect.stringContaining('9 are left'));
    });

    test('work once when the same comes many times at once', async () => {
      const plane = await create();
      const { person, recoveryCodes } = await withTotp(plane);
      const half = [
        await signInByMail(plane, person.email),
        await signInByMail(plane, person.email),
      ];
      const body = { code: recoveryCodes[1] };
      const replies = await Promise.all(
        half.map(({ api }) => api('POST', '/v1/sign-in/recovery', body)),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 403]);
    });

    test('of another account open nothing, and those that were replaced neither', async () => {
      const plane = await create();
      const [ann, bob] = [await withTotp(plane), await withTotp(plane)];
      const renewed = await ann.person.api<RecoveryCodes>('POST', '/v1/me/totp/recovery-codes');
      const half = await signInByMail(plane, ann.person.email);
      const use = (code = '') => half.api('POST', '/v1/sign-in/recovery', { code });
      expect((await use(bob.recoveryCodes[0])).status).toBe(403);
      expect((await use(ann.recoveryCodes[0])).status).toBe(403);
      expect((await use(renewed.body.recoveryCodes[0])).status).toBe(200);
    });
  });
}

export function factorContract(create: () => Promise<MailPlane>): void {
  passkeyContract(create);
  totpContract(create);
}
