// Links, as data; the pages that people see are in pages/.

import { z } from 'zod';
import { redeemedLinkSchema, redeemLinkSchema } from '../../model/device.ts';
import { idSchema } from '../../model/ids.ts';
import { createdLinkSchema, createLinkSchema, linkSchema } from '../../model/link.ts';
import { createLink } from '../../operations/link/create.ts';
import { linkPageSchema, listLinks } from '../../operations/link/list.ts';
import { redeemLink } from '../../operations/link/redeem.ts';
import { resendLink } from '../../operations/link/resend.ts';
import { revokeLink } from '../../operations/link/revoke.ts';
import { enterTenant } from '../../operations/scope.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ tenantId: idSchema('tenant'), linkId: idSchema('link') });
const all = '/v1/tenants/{tenantId}/links';

const refusals = ['link_revoked', 'limit_reached', 'quota_reached', 'user_suspended'] as const;

function makingRoutes(app: App): void {
  route(
    app,
    {
      operation: 'link.create',
      method: 'post',
      path: all,
      summary: "Make an address that gives out a device's profile once, or opens a user's page",
      params,
      body: createLinkSchema,
      reply: { status: 201, description: 'The link', schema: createdLinkSchema },
      creates: true,
      errors: refusals,
    },
    async ({ caller, params: { tenantId }, body }) =>
      createLink(await enterTenant(caller, 'link.create', tenantId), body),
  );
  route(
    app,
    {
      operation: 'link.resend',
      method: 'post',
      path: `${all}/{linkId}/resend`,
      summary: 'Mail a link anew, with a new secret, and close the old one',
      params: oneParams,
      reply: { status: 201, description: 'The new link', schema: createdLinkSchema },
      creates: true,
      errors: [...refusals, 'link_used'],
    },
    async ({ caller, params: { tenantId, linkId } }) =>
      resendLink(await enterTenant(caller, 'link.resend', tenantId), linkId),
  );
}

export function registerLinks(app: App): void {
  makingRoutes(app);
  route(
    app,
    {
      operation: 'link.list',
      method: 'get',
      path: all,
      summary: 'List the links and what became of them, newest first',
      params,
      query: linkPageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(linkSchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listLinks(await enterTenant(caller, 'link.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'link.revoke',
      method: 'post',
      path: `${all}/{linkId}/revoke`,
      summary: 'Close a link',
      params: oneParams,
      reply: { status: 200, description: 'The link', schema: linkSchema },
    },
    async ({ caller, params: { tenantId, linkId } }) =>
      revokeLink(await enterTenant(caller, 'link.revoke', tenantId), linkId),
  );
  route(
    app,
    {
      operation: 'link.redeem',
      method: 'post',
      path: '/v1/links/redeem',
      summary: 'Use a link up and get the profile; the link is the credential',
      body: redeemLinkSchema,
      reply: { status: 200, description: 'The profile', schema: redeemedLinkSchema },
      errors: [
        'link_used',
        'link_expired',
        'link_revoked',
        'device_ended',
        'tenant_suspended',
        'tenant_deleting',
        'sign_in_required',
        'second_factor_required',
        'gateway_not_ready',
        'public_key_in_use',
        'pool_exhausted',
        'quota_reached',
        'limit_reached',
        'user_suspended',
      ],
    },
    ({ caller, body }) => redeemLink(caller, body),
  );
}
