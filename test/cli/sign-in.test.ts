// Signing in on a terminal: what is asked, what is kept, and what is shown to nobody.

import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { me, session } from './account-cases.ts';
import { tenantId } from './answers.ts';
import { startWorld, type World } from './world.ts';

const challengeId = 'ch_0123456789abcdef';
const started = { challengeId, expiresAt: '2026-11-22T12:18:03Z' };
const half = `sps_${'h'.repeat(39)}`;
const whole = `sps_${'w'.repeat(39)}`;
const asked = { 'POST /v1/sign-in/mail': { status: 202, body: started } };
const words = ['account', 'sign-in', '--email', 'anna@example.test'];

function profileOf({ home }: World): string {
  return join(home, '.config/sallyport/profile.json');
}

it('asks for the mailed code and keeps the session, with the only tenant', async () => {
  await using world = await startWorld({
    ...asked,
    'POST /v1/sign-in/mail/verify': { body: { session, next: null, token: whole } },
    'GET /v1/me': { body: me },
  });
  world.typed = ['1234 5678'];
  const result = await world.run([...words, '--url', world.url], { env: {} });
  expect(result).toMatchObject({ code: 0 });
  expect(world.asked[1]?.body).toEqual({ challengeId, code: '1234 5678', as: 'token' });
  const path = profileOf(world);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    ...{ url: world.url, token: whole, tenant: tenantId },
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(result.out + result.err).not.toContain(whole);
});

it('asks for the second factor, as which a recovery code will do', async () => {
  for (const [typed, path] of [
    ['123 456', '/v1/sign-in/totp'],
    ['0123-4567-89ab-cdef', '/v1/sign-in/recovery'],
  ] as const) {
    await using world = await startWorld({
      ...asked,
      'POST /v1/sign-in/mail/verify': { body: { session, next: 'totp', token: half } },
      [`POST ${path}`]: { body: { session, next: null, token: whole } },
      'GET /v1/me': { body: { ...me, tenants: [] } },
    });
    world.typed = ['12345678', typed];
    const result = await world.run([...words, '--json'], { env: { SALLYPORT_URL: world.url } });
    expect(JSON.parse(result.out)).toEqual({ session, next: null });
    const [, , factor] = world.asked;
    expect(factor).toMatchObject({ path, authorization: `Bearer ${half}` });
    const kept = JSON.parse(readFileSync(profileOf(world), 'utf8'));
    expect(kept).toEqual({ url: world.url, token: whole });
  }
});

it('says so when there is nobody to type the code, and keeps nothing', async () => {
  await using world = await startWorld(asked);
  const result = await world.run(words);
  expect(result).toMatchObject({ code: 2, out: '' });
  expect(result.err).toContain('nothing was typed');
  expect(statSync(profileOf(world), { throwIfNoEntry: false })).toBeUndefined();
});

async function withProfile(world: World, token: string): Promise<void> {
  const path = profileOf(world);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ url: world.url, token }), { mode: 0o600 });
}

it('keeps the fresh token when one-time codes are confirmed', async () => {
  await using world = await startWorld({
    'POST /v1/me/totp/confirm': { body: { recoveryCodes: [], token: whole } },
  });
  await withProfile(world, half);
  expect(await world.run(['totp', 'confirm', '123456'], { env: {} })).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(profileOf(world), 'utf8'))).toMatchObject({ token: whole });
});

it('takes the token out of the profile on signing out', async () => {
  await using world = await startWorld({ 'POST /v1/sign-out': { status: 204 } });
  await withProfile(world, whole);
  expect(await world.run(['account', 'sign-out'], { env: {} })).toMatchObject({ code: 0 });
  expect(JSON.parse(readFileSync(profileOf(world), 'utf8'))).toEqual({ url: world.url });
});

it('says where a browser makes a passkey', async () => {
  await using world = await startWorld();
  const { out } = await world.run(['passkey', 'create']);
  expect(out).toContain(`\n${world.url}/portal/#/account\n`);
});
