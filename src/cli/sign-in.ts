// Signing in on a terminal: a mailed code, then the second factor if the account has one.

import { meSchema } from '../model/me.ts';
import { type SignedIn, signedInSchema, startedSignInSchema } from '../model/sign-in.ts';
import { totpDigits } from '../model/totp.ts';
import type { Server } from './client.ts';
import { usage } from './failure.ts';
import { minute } from './output.ts';
import type { Session } from './session.ts';
import { defaultProfile, writeProfile } from './settings.ts';

async function typed(session: Session, question: string): Promise<string> {
  const text = await session.shell.ask(question);
  if (text !== undefined && text.trim() !== '') return text.trim();
  throw usage('nothing was typed', 'This command asks for the code that is mailed to you.');
}

async function verify(session: Session, server: Server, email: string): Promise<SignedIn> {
  const started = await session.sendTo(server, {
    method: 'POST',
    path: '/v1/sign-in/mail',
    body: { email },
    answer: startedSignInSchema,
  });
  const { challengeId, expiresAt } = started.value;
  session.shell.err(
    session.prose(
      `If ${email} may sign in at ${server.url}, a mail is on its way. Its code is good until ` +
        `${minute(expiresAt)}.`,
    ),
  );
  const code = await typed(session, 'Code: ');
  const path = '/v1/sign-in/mail/verify';
  const body = { challengeId, code, as: 'token' };
  return (await session.sendTo(server, { method: 'POST', path, body, answer: signedInSchema }))
    .value;
}

async function addFactor(session: Session, server: Server, half: SignedIn): Promise<SignedIn> {
  const code = await typed(session, 'Code of your authenticator, or a recovery code: ');
  const isTotp = code.replaceAll(/[\s-]/g, '').length === totpDigits;
  const path = `/v1/sign-in/${isTotp ? 'totp' : 'recovery'}`;
  const own = { ...server, token: half.token };
  const request = { method: 'POST', path, body: { code }, answer: signedInSchema } as const;
  return (await session.sendTo(own, request)).value;
}

/** Keeps the token, and the tenant if there is one alone. */
async function keep(session: Session, server: Server): Promise<void> {
  const me = await session.sendTo(server, { method: 'GET', path: '/v1/me', answer: meSchema });
  const [only, another] = me.value.tenants;
  const { url, token } = server;
  const path = session.profilePath;
  writeProfile(path, { url, token, tenantId: another ? undefined : only?.tenantId });
  if (session.json) return;
  const { SALLYPORT_URL: address, SALLYPORT_TOKEN: key } = session.shell.env;
  session.shell.out(session.prose(`You are signed in. The session is in ${path}.`));
  if ((address || key) && path === defaultProfile(session.shell))
    session.shell.out(
      session.prose('SALLYPORT_URL and SALLYPORT_TOKEN stand before that file: unset them.'),
    );
}

export async function signIn(session: Session, email: string, at?: string): Promise<void> {
  const { url, source } = at === undefined ? session.settings : { url: at, source: '--url' };
  const server = { url, token: undefined, source };
  let signedIn = await verify(session, server, email);
  if (signedIn.next === 'totp') signedIn = await addFactor(session, server, signedIn);
  const { token, ...shown } = signedIn;
  await keep(session, { ...server, token });
  if (session.json) session.shell.out(`${JSON.stringify(shown)}\n`);
}
