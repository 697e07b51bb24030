// The credential of a request: a bearer token, or the cookie of a session. A cookie comes along
// whoever made the browser send the request, so it counts only when our own pages did.

import { getCookie } from 'hono/cookie';
import { SallyportError } from '../model/errors.ts';
import type { RequestContext } from './environment.ts';

/** `__Host-`: from this host alone, for all of it, never sent in clear. */
export const sessionCookie = '__Host-sallyport';

function fromOwnPages(c: RequestContext): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  return c.req.header('origin') === new URL(c.get('services').publicUrl).origin;
}

export interface Credential {
  token: string;
  /** A cookie may be left over: whoever shows one that is not good any more is nobody. */
  isCookie: boolean;
}

/**
 * The credential, or undefined when there is none.
 * @throws SallyportError `unauthenticated` for a header that is not understood, `forbidden` when
 * another site made a browser ask for a change
 */
export function credentialOf(c: RequestContext): Credential | undefined {
  const header = c.req.header('authorization');
  if (header !== undefined) {
    const bearer = /^Bearer +(\S+)$/i.exec(header)?.[1];
    if (bearer !== undefined) return { token: bearer, isCookie: false };
    throw new SallyportError('unauthenticated', 'The Authorization header is not understood.', {
      wayOut: 'Send "Authorization: Bearer" and your key.',
    });
  }
  const cookie = c.req.header('cookie') === undefined ? undefined : getCookie(c, sessionCookie);
  if (cookie === undefined) return undefined;
  if (c.req.method === 'GET' || fromOwnPages(c)) return { token: cookie, isCookie: true };
  throw new SallyportError('forbidden', 'This request does not come from a page of ours.', {
    wayOut: 'Reload the portal and try again there; programs send "Authorization: Bearer".',
  });
}
