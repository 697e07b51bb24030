// The certificate authorities of a tenant, and their lists of revoked certificates.

import { z } from 'zod';
import { authoritySchema } from '../../model/authority.ts';
import { idSchema } from '../../model/ids.ts';
import { listAuthorities } from '../../operations/authority/list.ts';
import { retireAuthority } from '../../operations/authority/retire.ts';
import { publicRevocations } from '../../operations/authority/revocations.ts';
import { rotateAuthority } from '../../operations/authority/rotate.ts';
import { pageSchema } from '../../operations/page.ts';
import { enterTenant } from '../../operations/scope.ts';
import { limitAnonymous } from '../admission.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({
  tenantId: idSchema('tenant'),
  authorityId: idSchema('authority'),
});
const all = '/v1/tenants/{tenantId}/authorities';

/** The address that certificates name. Whoever reads it sends no credential. */
function registerRevocations(app: App): void {
  app.use('/crl/*', limitAnonymous);
  app.get('/crl/:tenantId/:authorityId', async (c) => {
    const { tenantId, authorityId } = c.req.param();
    const list = await publicRevocations(c.get('services'), tenantId, authorityId);
    return c.body(list, 200, {
      'content-type': 'application/pkix-crl',
      'cache-control': 'public, max-age=3600',
    });
  });
}

export function registerAuthorities(app: App): void {
  registerRevocations(app);
  route(
    app,
    {
      operation: 'authority.list',
      method: 'get',
      path: all,
      summary: 'List the certificate authorities, oldest first',
      description:
        'There is one for each domain of gateways with IKEv2, made with the first of them.',
      params,
      query: pageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(authoritySchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listAuthorities(await enterTenant(caller, 'authority.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'authority.rotate',
      method: 'post',
      path: `${all}/{authorityId}/rotate`,
      summary: 'Make a new authority in the place of one',
      description:
        'Devices stay connected: gateways trust the one before and show its certificates until ' +
        'you retire it. Have devices get new profiles before that.',
      params: oneParams,
      reply: { status: 201, description: 'The new authority', schema: authoritySchema },
      creates: true,
      errors: ['limit_reached', 'authority_retired'],
    },
    async ({ caller, params: { tenantId, authorityId } }) =>
      rotateAuthority(await enterTenant(caller, 'authority.rotate', tenantId), authorityId),
  );
  route(
    app,
    {
      operation: 'authority.retire',
      method: 'post',
      path: `${all}/{authorityId}/retire`,
      summary: 'Trust an authority no more, and cut devices whose certificate it issued',
      params: oneParams,
      reply: { status: 200, description: 'The authority', schema: authoritySchema },
      errors: ['authority_active'],
    },
    async ({ caller, params: { tenantId, authorityId } }) =>
      retireAuthority(await enterTenant(caller, 'authority.retire', tenantId), authorityId),
  );
}
