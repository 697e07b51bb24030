// A tenant's name in addresses: given, or made from its name; free, and none of our own words.

import { eq } from 'drizzle-orm';
import { tenants } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import type { CreateTenant } from '../../model/tenant.ts';
import { isReservedSlug, slugFrom } from '../../model/text.ts';
import type { Services } from '../services.ts';

export function slugTaken(slug: string): SallyportError {
  return new SallyportError('already_exists', `The slug "${slug}" belongs to another tenant.`, {
    wayOut: 'Give another slug.',
    problems: [{ field: 'slug', rule: 'must be unique among all tenants' }],
  });
}

/** @throws SallyportError `invalid_input` or `already_exists` */
export async function chooseSlug(
  { directory }: Services,
  { slug: asked, name }: CreateTenant,
): Promise<string> {
  const slug = asked ?? slugFrom(name);
  if (slug === undefined)
    throw new SallyportError('invalid_input', 'No slug can be made from this name.', {
      wayOut: 'Give a slug of lower-case letters, digits and hyphens.',
      problems: [{ field: 'slug', rule: 'is required when the name has no Latin letters' }],
    });
  if (isReservedSlug(slug))
    throw new SallyportError('invalid_input', `The slug "${slug}" looks like one of our own.`, {
      wayOut: 'Give another slug.',
      problems: [{ field: 'slug', rule: 'must not be, or look like, a word such as admin' }],
    });
  const query = directory.build.select({ id: tenants.id }).from(tenants);
  const [[taken]] = await directory.run(query.where(eq(tenants.slug, slug)));
  if (taken) throw slugTaken(slug);
  return slug;
}
