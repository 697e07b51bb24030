// Who is signed in, and what is theirs.

import type { Reply } from '../client/client.ts';

export type Me = Reply<'me.get'>;

export type Tenant = Me['tenants'][number];

/** What each page of a tenant gets: the tenant, and the rest of the address. */
export interface PageProps {
  tenant: Tenant;
  id: string | undefined;
}
