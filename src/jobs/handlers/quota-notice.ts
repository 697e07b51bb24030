// quota.notice: tells the owners that a quota is nearly or wholly used up. The marker that it
// leaves keeps it from being told twice in the same day or month.

import { z } from 'zod';
import { quotaNotices } from '../../db/schema/tenant.ts';
import { quotaNames } from '../../model/quota.ts';
import type { Handler } from '../deps.ts';

const payloadSchema = z.strictObject({
  name: z.enum(quotaNames),
  period: z.string(),
  percent: z.int(),
  used: z.int(),
  most: z.int(),
});

export const quotaNotice: Handler = async (payload, { db, now }) => {
  const { name, period, percent } = payloadSchema.parse(payload);
  const marker = db.build.insert(quotaNotices).values({ name, period, percent, at: now() });
  await db.run(marker.onConflictDoNothing());
  return 'done';
};
