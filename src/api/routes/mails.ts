// The mails that went out in a tenant's name.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import { sentMailSchema } from '../../model/sent-mail.ts';
import { listMails, mailPageSchema } from '../../operations/mail/list.ts';
import { enterTenant } from '../../operations/scope.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

export function registerMails(app: App): void {
  route(
    app,
    {
      operation: 'mail.list',
      method: 'get',
      path: '/v1/tenants/{tenantId}/mails',
      summary: "List the mails that went out in the tenant's name, newest first",
      params: z.strictObject({ tenantId: idSchema('tenant') }),
      query: mailPageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(sentMailSchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listMails(await enterTenant(caller, 'mail.list', tenantId), query),
  );
}
