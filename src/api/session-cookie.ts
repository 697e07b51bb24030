// How a session's token travels to the caller: a browser gets a cookie that no script can read, a
// program gets it in the answer.

import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { limits } from '../model/limits.ts';
import type { CarrierName, SignedIn } from '../model/sign-in.ts';
import type { SignedInWithToken } from '../operations/session/create.ts';
import { sessionCookie } from './credential.ts';
import type { RequestContext } from './environment.ts';

const attributes = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const;

export function giveCookie(c: RequestContext, token: string): void {
  const maxAge = limits.sessionMilliseconds / 1000;
  setCookie(c, sessionCookie, token, { ...attributes, maxAge });
}

export function clearCookie(c: RequestContext): void {
  deleteCookie(c, sessionCookie, attributes);
}

/** Ties an identity provider's answer to the browser that was sent there. */
const browserCookie = '__Host-sallyport-oidc';

export function keepForBrowser(c: RequestContext, text: string): void {
  const maxAge = limits.challengeMilliseconds / 1000;
  setCookie(c, browserCookie, text, { ...attributes, maxAge });
}

/** What was kept, which is then kept no more. */
export function takeFromBrowser(c: RequestContext): string | undefined {
  const kept = getCookie(c, browserCookie);
  deleteCookie(c, browserCookie, attributes);
  return kept;
}

/** The answer to whoever has signed in; as a cookie, its token is not in the body. */
export function giveSession(
  c: RequestContext,
  { token, ...signedIn }: SignedInWithToken,
  as: CarrierName,
): SignedIn {
  if (as === 'token') return { ...signedIn, token };
  giveCookie(c, token);
  return signedIn;
}

/** The same for what changed the token of the session that asks. */
export function giveToken<T extends { token: string }>(
  c: RequestContext,
  answer: T,
): T | Omit<T, 'token'> {
  if (carrierOf(c) === 'token') return answer;
  const { token, ...rest } = answer;
  giveCookie(c, token);
  return rest;
}

/** How the session came that asks, and so how a new token of it has to go back. */
export function carrierOf(c: RequestContext): CarrierName {
  return c.get('byCookie') ? 'cookie' : 'token';
}
