// Links, as data; the pages that people see are in pages/.

import { z } from 'zod';
import {
  createdLinkSchema,
  createLinkSchema,
  linkSchema,
  redeemedLinkSchema,
  redeemLinkSchema,
} from '../../model/device.ts';
import { idSchema } from '../../model/ids.ts';
import { createLink } from '../../operations/link/create.ts';
import { redeemLink } from '../../operations/link/redeem.ts';
import { revokeLink } from '../../operations/link/revoke.ts';
import { enterTenant } from '../../operations/scope.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ tenantId: idSchema('tenant'), linkId: idSchema('link') });
const all = '/v1/tenants/{tenantId}/links';

export function registerLinks(app: App): void {
  route(
    app,
    {
      operation: 'link.create',
      method: 'post',
      path: all,
      summary: 'Make an address that gives out the profile of a device, once',
      params,
      body: createLinkSchema,
      reply: { status: 201, description: 'The link', schema: createdLinkSchema },
      creates: true,
      errors: ['link_revoked', 'limit_reached', 'quota_reached', 'user_suspended'],
    },
    async ({ caller, params: { tenantId }, body }) =>
      createLink(await enterTenant(caller, 'link.create', tenantId), body),
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
