// The tenant's log: read, checked and taken away.

import { z } from 'zod';
import {
  auditFilterSchema,
  exportSchema,
  verificationSchema,
  verifySchema,
} from '../../model/audit.ts';
import { idSchema } from '../../model/ids.ts';
import { revisionSchema } from '../../model/revision.ts';
import { exportRevisions } from '../../operations/audit/export.ts';
import { listRevisions } from '../../operations/audit/list.ts';
import { verifyRevisions } from '../../operations/audit/verify.ts';
import { pageSchema } from '../../operations/page.ts';
import { enterTenant } from '../../operations/scope.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const all = '/v1/tenants/{tenantId}/audit';
const jsonLines = 'application/jsonl';

export function registerAudit(app: App): void {
  route(
    app,
    {
      operation: 'audit.list',
      method: 'get',
      path: all,
      summary: "Read the tenant's log of changes, newest first",
      params,
      query: pageSchema.extend(auditFilterSchema.shape),
      reply: { status: 200, description: 'One page', schema: listingSchema(revisionSchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listRevisions(await enterTenant(caller, 'audit.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'audit.verify',
      method: 'get',
      path: `${all}/verify`,
      summary: 'Check that no revision was altered, removed or put elsewhere',
      description:
        'A bounded number of revisions at a time: while `to` is below `head` and `fault` is ' +
        'null, go on with `from` one above `to`.',
      params,
      query: verifySchema,
      reply: { status: 200, description: 'What was found', schema: verificationSchema },
    },
    async ({ caller, params: { tenantId }, query: { from } }) =>
      verifyRevisions(await enterTenant(caller, 'audit.verify', tenantId), from),
  );
  route(
    app,
    {
      operation: 'audit.export',
      method: 'get',
      path: `${all}/export`,
      summary: 'Take the log away as JSON lines, oldest first',
      description:
        'One revision a line. The last line is the revision of this export; without it, the ' +
        'answer was cut short.',
      params,
      query: exportSchema,
      reply: {
        status: 200,
        description: 'The revisions after `since`',
        schema: revisionSchema,
        mediaType: jsonLines,
      },
    },
    async ({ caller, params: { tenantId }, query: { since } }) => {
      const scope = await enterTenant(caller, 'audit.export', tenantId);
      const headers = { 'content-type': jsonLines, 'cache-control': 'no-store' };
      return new Response(await exportRevisions(scope, since), { headers });
    },
  );
}
