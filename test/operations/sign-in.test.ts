// What signing in gives away, costs and forgets.

import { eq } from 'drizzle-orm';
import { TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { accounts, sessions, tenantInvitations } from '../../src/db/schema/directory.ts';
import { limits } from '../../src/model/limits.ts';
import type { Me } from '../../src/model/me.ts';
import { noOrigin } from '../../src/model/origin.ts';
import type { CreatedTotp } from '../../src/model/totp.ts';
import { accountOf } from '../../src/operations/account/find.ts';
import { createSession } from '../../src/operations/session/create.ts';
import { askForCode, cookieName, cookieOf, newAddress, signInByMail } from '../contract/people.ts';
import { apiOf } from '../contract/plane.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';

const open = { SALLYPORT_SIGN_UP: 'open' };

async function withAccount(plane: ControlPlane): Promise<string> {
  const { email } = await accountOf(plane.services, newAddress());
  return email;
}

async function ask(plane: ControlPlane, email: string) {
  const before = plane.statements.length;
  const reply = await apiOf(plane)('POST', '/v1/sign-in/mail', { email });
  return { reply, statements: plane.statements.slice(before) };
}

describe('where nobody may sign up', () => {
  test('a mail goes to addresses with an account or an invitation, and to no other', async () => {
    const plane = await createControlPlane();
    expect(await askForCode(plane, await withAccount(plane))).toBeDefined();
    const invited = newAddress();
    const { directory, now } = plane.services;
    const row = { id: 'i_0', email: invited, createdAt: now(), expiresAt: now() + 1000 };
    await directory.run(directory.build.insert(tenantInvitations).values(row));
    expect(await askForCode(plane, invited)).toBeDefined();
    expect(await askForCode(plane, newAddress())).toBeUndefined();
  });

  test('an unknown address causes the very statements that a known one does', async () => {
    const plane = await createControlPlane();
    const known = await ask(plane, await withAccount(plane));
    const unknown = await ask(plane, newAddress());
    const texts = ({ statements }: typeof known) => statements.map(({ sql }) => sql);
    expect(texts(unknown)).toEqual(texts(known));
    expect(texts(known).length).toBeGreaterThan(1);
    const shape = ({ reply }: typeof known) => {
      const { 'x-request-id': _, ...headers } = Object.fromEntries(reply.headers);
      return [reply.status, Object.keys(reply.body ?? {}), headers, reply.text.length];
    };
    expect(shape(unknown)).toEqual(shape(known));
  });

  test('the challenge of an unknown address opens nothing, whatever is answered', async () => {
    const plane = await createControlPlane();
    const { reply } = await ask(plane, newAddress());
    const { challengeId } = JSON.parse(reply.text);
    for (const answer of [{ code: '00000000' }, { secret: 'x' }]) {
      const body = { challengeId, ...answer };
      const tried = await apiOf(plane)('POST', '/v1/sign-in/mail/verify', body);
      expect(tried.body).toMatchObject({ status: 403, code: 'sign_in_failed' });
    }
  });
});

describe('a challenge', () => {
  test('is over after ten minutes', async () => {
    const plane = await createControlPlane(open);
    const mailed = await askForCode(plane, newAddress());
    plane.advanceClock(limits.challengeMilliseconds + 1);
    const { challengeId, code } = mailed ?? {};
    const body = { challengeId, code };
    const reply = await apiOf(plane)('POST', '/v1/sign-in/mail/verify', body);
    expect(reply.body).toMatchObject({ code: 'sign_in_failed' });
  });

  test('leaves neither code nor secret nor mail in clear, in database or log', async () => {
    const plane = await createControlPlane(open);
    const mailed = await askForCode(plane, newAddress());
    if (!mailed) throw new Error('no mail');
    const written = JSON.stringify([plane.statements, plane.logs]);
    expect(written).toContain(mailed.challengeId);
    expect(written).not.toContain(mailed.secret);
    expect(written).not.toContain(mailed.code);
    expect(written).not.toContain(mailed.code.slice(0, 4).concat(' ', mailed.code.slice(4)));
  });
});

describe('a session', () => {
  const get = (plane: ControlPlane, token: string) =>
    plane.request('/v1/me', { headers: { cookie: `${cookieName}=${token}` } });

  test('ends after two weeks without use, and after ninety days in any case', async () => {
    const plane = await createControlPlane(open);
    const [idle, used] = [await signInByMail(plane), await signInByMail(plane)];
    const day = 24 * 3_600_000;
    for (let days = 0; days < 84; days += 12) {
      expect((await used.api('GET', '/v1/me')).status).toBe(200);
      plane.advanceClock(12 * day);
    }
    expect((await idle.api('GET', '/v1/me')).status).toBe(401);
    expect((await used.api('GET', '/v1/me')).status).toBe(200);
    plane.advanceClock(7 * day);
    expect((await used.api('GET', '/v1/me')).status).toBe(401);
  });

  test('gets a fresh token once a day; the old one is good for a minute more', async () => {
    const plane = await createControlPlane(open);
    const { token } = await signInByMail(plane);
    expect(cookieOf((await get(plane, token)).headers)).toBeUndefined();
    plane.advanceClock(24 * 3_600_000);
    const replies = await Promise.all([get(plane, token), get(plane, token), get(plane, token)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    const fresh = replies.flatMap(({ headers }) => cookieOf(headers)?.token ?? []);
    expect(fresh).toHaveLength(1);
    const [next = ''] = fresh;
    expect((await get(plane, token)).status).toBe(200);
    expect(cookieOf((await get(plane, next)).headers)).toBeUndefined();
    plane.advanceClock(70_000);
    expect((await get(plane, token)).status).toBe(401);
    expect((await get(plane, next)).status).toBe(200);
  });

  test('that is revoked is gone with both its tokens, although it was known here', async () => {
    const plane = await createControlPlane(open);
    const { token, email, signedIn } = await signInByMail(plane);
    plane.advanceClock(24 * 3_600_000);
    const next = cookieOf((await get(plane, token)).headers)?.token ?? '';
    for (const one of [token, next]) expect((await get(plane, one)).status).toBe(200);
    const other = await signInByMail(plane, email);
    await other.api('DELETE', `/v1/me/sessions/${signedIn.session.id}`);
    for (const one of [token, next]) expect((await get(plane, one)).status).toBe(401);
  });

  test('of an account that has too many makes room by the one used longest ago', async () => {
    const plane = await createControlPlane(open);
    const first = await signInByMail(plane);
    const { body } = await first.api<Me>('GET', '/v1/me');
    const accountId = body.account?.id ?? '';
    const caller = { services: plane.services, origin: noOrigin } as const;
    for (let i = 0; i < limits.sessionsPerAccount; i++) {
      plane.advanceClock(1000);
      await createSession({ ...caller, principal: { kind: 'anonymous' } }, accountId, ['mail']);
    }
    const { directory } = plane.services;
    const query = directory.build.select().from(sessions);
    const [rows] = await directory.run(query.where(eq(sessions.accountId, accountId)));
    expect(rows).toHaveLength(limits.sessionsPerAccount);
    expect((await first.api('GET', '/v1/me')).status).toBe(401);
  });

  test('without any factor may add one only in its first quarter of an hour', async () => {
    const plane = await createControlPlane(open);
    const ann = await signInByMail(plane);
    plane.advanceClock(limits.sessionFreshMilliseconds + 1000);
    const late = await ann.api('POST', '/v1/me/totp', {});
    expect(late.body).toMatchObject({ status: 403, code: 'sign_in_required' });
    expect((await ann.api('DELETE', '/v1/me')).body).toMatchObject({ code: 'sign_in_required' });
    const again = await signInByMail(plane, ann.email);
    expect((await again.api('POST', '/v1/me/totp', {})).status).toBe(201);
  });
});

describe('one-time codes', () => {
  test('pause longer with each wrong one after the fifth, and no longer than an hour', async () => {
    const plane = await createControlPlane(open);
    const ann = await signInByMail(plane);
    const made = await ann.api<CreatedTotp>('POST', '/v1/me/totp', {});
    const code = new TOTP({ secret: made.body.secret }).generate();
    expect((await ann.api('POST', '/v1/me/totp/confirm', { code })).status).toBe(200);
    const half = await signInByMail(plane, ann.email);
    const { directory, now } = plane.services;
    const pauses: number[] = [];
    for (let i = 0; i < 14; i++) {
      await half.api('POST', '/v1/sign-in/totp', { code: '000000' });
      const [[row]] = await directory.run(directory.build.select().from(accounts));
      const pause = Math.max(0, (row?.lockedUntil ?? 0) - now());
      pauses.push(Math.ceil(pause / 30_000) / 2);
      plane.advanceClock(pause);
    }
    expect(pauses.slice(0, 9)).toEqual([0, 0, 0, 0, 0.5, 1, 2, 4, 8]);
    expect(pauses.at(-1)).toBe(60);
  });
});
