// A tenant's identity provider: signing in through it, and which one it is.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { oidcSchema, setOidcSchema } from '../../model/oidc.ts';
import { slugSchema } from '../../model/text.ts';
import { deleteOidc, getOidc, setOidc } from '../../operations/oidc/settings.ts';
import { oidcSignIn, startOidcSignIn } from '../../operations/oidc/sign-in.ts';
import { enterTenant } from '../../operations/scope.ts';
import { type App, route } from '../route.ts';
import { giveCookie, keepForBrowser, takeFromBrowser } from '../session-cookie.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const path = '/v1/tenants/{tenantId}/oidc';
const answer = z.string().max(limits.urlLength).optional();

function signInRoutes(app: App): void {
  // Before the other: its path would be a tenant's.
  route(
    app,
    {
      operation: 'oidc.signIn',
      method: 'get',
      path: '/v1/sign-in/oidc/callback',
      summary: 'Where the identity provider sends the browser back to',
      query: z.looseObject({ code: answer, state: answer, iss: answer, error: answer }),
      reply: { status: 302, description: 'To the portal, with a cookie' },
      errors: [
        ...(['sign_in_failed', 'outside_unavailable', 'already_exists'] as const),
        ...(['quota_reached', 'tenant_suspended', 'tenant_deleting'] as const),
      ],
    },
    async ({ caller, c }) => {
      const { search } = new URL(c.req.url);
      const { token, path } = await oidcSignIn(caller, takeFromBrowser(c), search);
      giveCookie(c, token);
      return path;
    },
  );
  route(
    app,
    {
      operation: 'oidc.startSignIn',
      method: 'get',
      path: '/v1/sign-in/oidc/start/{slug}',
      summary: "Go to the tenant's identity provider to sign in; for browsers",
      params: z.strictObject({ slug: slugSchema }),
      query: z.strictObject({
        /** Where to go afterwards: a path that begins with /portal/. */
        return: z.string().max(limits.urlLength).default('/portal/'),
      }),
      reply: { status: 302, description: 'To the provider' },
      errors: ['outside_unavailable', 'tenant_suspended', 'tenant_deleting'],
    },
    async ({ caller, params, query, c }) => {
      const { url, browser } = await startOidcSignIn(caller, params.slug, query.return);
      keepForBrowser(c, browser);
      return url;
    },
  );
}

export function registerOidc(app: App): void {
  signInRoutes(app);
  route(
    app,
    {
      operation: 'oidc.get',
      method: 'get',
      path,
      summary: "Read the tenant's identity provider",
      params,
      reply: { status: 200, description: 'The provider', schema: oidcSchema },
    },
    async ({ caller, params: { tenantId } }) =>
      getOidc(await enterTenant(caller, 'oidc.get', tenantId)),
  );
  route(
    app,
    {
      operation: 'oidc.set',
      method: 'put',
      path,
      summary: 'Set the identity provider through which people come in',
      params,
      body: setOidcSchema,
      reply: { status: 200, description: 'The provider', schema: oidcSchema },
      updates: true,
    },
    async ({ caller, params: { tenantId }, body }) =>
      setOidc(await enterTenant(caller, 'oidc.set', tenantId), body),
  );
  route(
    app,
    {
      operation: 'oidc.delete',
      method: 'delete',
      path,
      summary: 'Remove the identity provider; sessions that it vouched for end',
      params,
      reply: { status: 204, description: 'It is gone' },
      updates: true,
    },
    async ({ caller, params: { tenantId } }) =>
      deleteOidc(await enterTenant(caller, 'oidc.delete', tenantId)),
  );
}
