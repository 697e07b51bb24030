// What signing in through identity providers needs of the outside. The runtime brings the real one.

import type { Claims } from '../../model/oidc.ts';

export interface OidcClient {
  issuer: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

/** What the answer is held against. Secret: whoever knows it can pass an answer of theirs off. */
export interface OidcChecks {
  state: string;
  nonce: string;
  verifier: string;
}

export interface IdentityProviders {
  /** @throws SallyportError `outside_unavailable` */
  begin(client: OidcClient): Promise<{ url: string; checks: OidcChecks }>;
  /**
   * @param query what the provider sent the browser back with
   * @throws SallyportError `outside_unavailable`, or `sign_in_failed` when the answer is not good
   */
  finish(client: OidcClient, checks: OidcChecks, query: string): Promise<Claims>;
}
