// tenant.dropDatabase, in the directory's queue: removes the database of a tenant that is gone.

import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { tenants } from '../../db/schema/directory.ts';
import { idSchema } from '../../model/ids.ts';
import type { Handler } from '../deps.ts';

const payloadSchema = z.strictObject({ tenantId: idSchema('tenant') });

export const dropDatabase: Handler = async (payload, { services }) => {
  const { tenantId } = payloadSchema.parse(payload);
  const { directory, tenants: databases } = services;
  const query = directory.build.select({ id: tenants.id }).from(tenants);
  const [rows] = await directory.run(query.where(eq(tenants.id, tenantId)));
  // The directory was restored from a backup in which the tenant is.
  if (rows.length === 0) await databases.drop(tenantId);
  return 'done';
};
