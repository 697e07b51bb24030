// A page of a list, as the API shows it.

import { z } from 'zod';

export function listingSchema<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    /** Give it as `cursor` to get the next page; null on the last one. */
    next: z.string().nullable(),
  });
}
