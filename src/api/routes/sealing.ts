// What seals secrets at rest, for the operator.

import { sealingSchema } from '../../model/sealing.ts';
import { listSealing } from '../../operations/sealing/list.ts';
import { renewSealing } from '../../operations/sealing/renew.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';
import { tenantPageSchema } from './tenants.ts';

const reply = {
  status: 200,
  description: 'One page',
  schema: listingSchema(sealingSchema),
} as const;

export function registerSealing(app: App): void {
  route(
    app,
    {
      operation: 'sealing.list',
      method: 'get',
      path: '/v1/sealing',
      summary: 'Count the sealed texts of every database by the key they name (operator only)',
      query: tenantPageSchema,
      reply,
    },
    ({ caller, query }) => listSealing(caller, query),
  );
  route(
    app,
    {
      operation: 'sealing.renew',
      method: 'post',
      path: '/v1/sealing/renew',
      summary: 'Seal everything again with the newest key (operator only)',
      description:
        'A job in each database of the page does it; the reply counts how it was just before. ' +
        'Ask for every page, then read sealing.list until no text names an older key.',
      query: tenantPageSchema,
      reply,
    },
    ({ caller, query }) => renewSealing(caller, query),
  );
}
