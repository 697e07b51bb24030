// People in tests: an address whose mail can be read, and the sessions they get.

import { randomBytes } from 'node:crypto';
import type { SignedIn, StartedSignIn } from '../../src/model/sign-in.ts';
import { type Api, apiOf, type MailPlane, type Reply } from './plane.ts';

export const cookieName = '__Host-sallyport';

/** An address that nobody else in this test run has. */
export function newAddress(): string {
  return `ann-${randomBytes(6).toString('hex')}@example.com`;
}

export interface MailedCode {
  challengeId: string;
  code: string;
  secret: string;
}

/** Asks for a mail and reads it; undefined when none was sent. */
export async function askForCode(plane: MailPlane, email: string): Promise<MailedCode | undefined> {
  const reply = await apiOf(plane)<StartedSignIn>('POST', '/v1/sign-in/mail', { email });
  if (reply.status !== 202) throw new Error(`no code: ${reply.status} ${reply.text}`);
  const { challengeId } = reply.body;
  for (const { text } of await plane.mailsTo(email)) {
    const [, secret] = new RegExp(`/#/sign-in/mail/${challengeId}/(\\S+)`).exec(text) ?? [];
    const [, left, right] = /^(\d{4}) (\d{4})$/m.exec(text) ?? [];
    if (secret) return { challengeId, code: `${left}${right}`, secret };
  }
  return undefined;
}

export interface Person {
  email: string;
  token: string;
  signedIn: SignedIn;
  api: Api;
}

/** Signs in by mail, as a program does. */
export async function signInByMail(plane: MailPlane, email = newAddress()): Promise<Person> {
  const mailed = await askForCode(plane, email);
  if (!mailed) throw new Error(`no mail to ${email}`);
  const { challengeId, code } = mailed;
  const body = { challengeId, code, as: 'token' };
  const reply = await apiOf(plane)<SignedIn>('POST', '/v1/sign-in/mail/verify', body);
  return personOf(plane, email, reply);
}

export function personOf(plane: MailPlane, email: string, reply: Reply<SignedIn>): Person {
  const { token } = reply.body;
  if (reply.status !== 200 || token === undefined)
    throw new Error(`not signed in: ${reply.status} ${reply.text}`);
  return { email, token, signedIn: reply.body, api: apiOf(plane, token) };
}

/** The session's token in a Set-Cookie header, and what it says about itself. */
export function cookieOf(headers: Headers): { token: string; attributes: string[] } | undefined {
  const [line] = headers.getSetCookie().filter((one) => one.startsWith(`${cookieName}=`));
  if (line === undefined) return undefined;
  const [pair = '', ...attributes] = line.split('; ');
  return { token: pair.slice(cookieName.length + 1), attributes };
}
