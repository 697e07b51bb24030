// A real OpenID provider for one test: it signs in whoever the test says, without asking.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration } from 'oidc-provider';
import { onTestFinished } from 'vitest';

export interface IdentityProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** What it says of the person who signs in next. */
  claims: { sub: string; email?: string; email_verified?: boolean } & Record<string, unknown>;
  /** A browser's way through it: from its first address to where it sends the browser back. */
  visit(url: string): Promise<URL>;
}

const clientId = 'sallyport';
const clientSecret = 'a secret of a test, and long enough';

function configuration(world: IdentityProvider, redirectUri: string): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({ ...world.claims, sub: accountId }),
    }),
    cookies: { keys: ['a key of a test'] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  };
}

/** Follows redirections with cookies, as a browser does, until they leave this origin. */
async function follow(start: string): Promise<URL> {
  const jar = new Map<string, string>();
  const { origin } = new URL(start);
  let url = new URL(start);
  for (let hops = 0; hops < 10; hops++) {
    if (url.origin !== origin) return url;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`${url} ends: ${response.status} ${await response.text()}`);
    url = new URL(location, url);
  }
  throw new Error('the provider never sends the browser back');
}

/** @param redirectUri where it may send browsers */
export async function startIdentityProvider(
  redirectUri = 'http://control.test/v1/sign-in/oidc/callback',
): Promise<IdentityProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const world: IdentityProvider = {
    ...{ issuer, clientId, clientSecret },
    claims: { sub: 'nobody' },
    visit: follow,
  };
  const provider = new Provider(issuer, configuration(world, redirectUri));
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const accountId = world.claims.sub;
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope(String(params.scope));
    const grantId = await grant.save();
    const result = { login: { accountId }, consent: { grantId } };
    return provider.interactionFinished(request, response, result);
  });
  return world;
}
