// The session's cookie in a real browser: kept, sent to us alone, and never shown to a script.

import { expect, test } from 'vitest';
import { createPortal } from './world.ts';

type Answer = { status: number; body: Record<string, unknown> };

test.each(['localhost', '127.0.0.1'])(
  'is kept without TLS at %s, and no script sees it',
  async (host) => {
    const world = await createPortal();
    const { page } = await world.person();
    const origin = world.origin.replace('localhost', host);
    await page.goto(`${origin}/portal/`);
    const ask = (method: string, path: string, body?: object): Promise<Answer> =>
      page.evaluate(
        async ([verb, where, sent]) => {
          const headers = { 'content-type': 'application/json' };
          const init = sent === undefined ? {} : { headers, body: JSON.stringify(sent) };
          const response = await fetch(where, { method: verb, ...init });
          const text = await response.text();
          return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
        },
        [method, path, body] as const,
      );
    const started = await ask('POST', '/v1/sign-in/mail', { email: 'ann@example.com' });
    const code = await world.mailTo('ann@example.com', /^(\d{4} \d{4})$/m);
    const { challengeId } = started.body;
    const done = await ask('POST', '/v1/sign-in/mail/verify', { challengeId, code });
    expect(done.status).toBe(200);
    expect(await ask('GET', '/v1/me')).toMatchObject({ status: 200, body: { kind: 'session' } });
    expect(await page.evaluate('document.cookie')).toBe('');
    expect((await ask('POST', '/v1/sign-out', {})).status).toBe(204);
    expect((await ask('GET', '/v1/me')).status).toBe(401);
  },
);
