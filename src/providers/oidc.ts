// A tenant's identity provider, spoken to with OpenID Connect (Core 1.0): discovery, code flow with
// PKCE, state and nonce. The library is loaded when somebody signs in that way.

import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { type Claims, claimsSchema } from '../model/oidc.ts';
import { type OutboundPolicy, webhookUrlSchema } from '../model/outbound.ts';
import type { IdentityProviders, OidcClient } from '../operations/oidc/provider.ts';

/** As the platform's `fetch`; who brings it looks after where it connects to. */
export type Fetch = (
  url: string,
  options: {
    method: string;
    headers: Record<string, string>;
    body?: unknown;
    signal?: AbortSignal | undefined;
  },
) => Promise<Response>;

const scope = 'openid email profile';

/** What the library or the provider calls the fault, if that is a word and no story. */
function wordOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { error: said, code } = error as Error & { error?: unknown; code?: unknown };
  const word = [said, code].find((one) => typeof one === 'string' && /^\w{1,60}$/.test(one));
  return word === undefined ? '' : ` (${word})`;
}

/** The answer, read whole, if it is not too large. */
async function bounded(response: Response): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > limits.oidcAnswerBytes) throw new TypeError('an answer that is too large');
    chunks.push(chunk);
  }
  const { status, headers } = response;
  return new Response(chunks.length > 0 ? new Blob(chunks) : null, { status, headers });
}

/** The provider names further addresses itself: each must be one that a tenant may name. */
function guarded(fetch: Fetch, policy: OutboundPolicy): Fetch {
  const addressSchema = webhookUrlSchema(policy);
  return async (address, options) => {
    if (!addressSchema.safeParse(address).success) throw new TypeError('a forbidden address');
    return bounded(await fetch(address, options));
  };
}

async function configured({ issuer, clientId, clientSecret }: OidcClient, fetch: Fetch) {
  const client = await import('openid-client');
  const url = new URL(issuer);
  const plain = url.protocol === 'http:';
  const config = await client.discovery(
    url,
    clientId,
    { client_secret: clientSecret, [client.clockTolerance]: limits.oidcClockToleranceSeconds },
    undefined,
    {
      [client.customFetch]: fetch,
      timeout: limits.oidcAnswerSeconds,
      // http is for loopback, where the operator allows it; see issuerSchema.
      execute: plain
        ? [client.allowInsecureRequests, client.enableNonRepudiationChecks]
        : [client.enableNonRepudiationChecks],
    },
  );
  return { client, config };
}

type Configured = Awaited<ReturnType<typeof configured>>;

async function connect(settings: OidcClient, fetch: Fetch): Promise<Configured> {
  try {
    return await configured(settings, fetch);
  } catch (cause) {
    throw new SallyportError(
      'outside_unavailable',
      `The identity provider did not answer well${wordOf(cause)}.`,
      { wayOut: 'Try again; if it stays, an owner has to look at its address.', cause },
    );
  }
}

/** Claims of the ID token, and of the user info where the token says too little. */
async function claimsOf(
  { client, config }: Configured,
  tokens: Awaited<ReturnType<Configured['client']['authorizationCodeGrant']>>,
): Promise<Claims> {
  const claims = tokens.claims();
  if (!claims) throw new TypeError('no ID token');
  const hasUserInfo = config.serverMetadata().userinfo_endpoint !== undefined;
  const more = hasUserInfo
    ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
    : {};
  return claimsSchema.parse({ ...more, ...claims });
}

export function createIdentityProviders(
  unguarded: Fetch,
  policy: OutboundPolicy,
): IdentityProviders {
  const fetch = guarded(unguarded, policy);
  return {
    async begin(settings) {
      const { client, config } = await connect(settings, fetch);
      const state = client.randomState();
      const nonce = client.randomNonce();
      const verifier = client.randomPKCECodeVerifier();
      const url = client.buildAuthorizationUrl(config, {
        ...{ redirect_uri: settings.redirectUri, scope, state, nonce },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, checks: { state, nonce, verifier } };
    },
    async finish(settings, { state, nonce, verifier }, query) {
      const connected = await connect(settings, fetch);
      const { client, config } = connected;
      const answer = new URL(settings.redirectUri);
      answer.search = query;
      try {
        const tokens = await client.authorizationCodeGrant(config, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        return await claimsOf(connected, tokens);
      } catch (cause) {
        const detail = `The identity provider's answer is not good${wordOf(cause)}.`;
        const wayOut = 'Sign in again; if it stays, tell an owner of the tenant.';
        throw new SallyportError('sign_in_failed', detail, { wayOut, cause });
      }
    },
  };
}
