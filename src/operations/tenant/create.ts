// tenant.create: a tenant with its own database, its first user and that user's key.

import { eq } from 'drizzle-orm';
import { ConstraintError } from '../../db/driver.ts';
import { enqueueStandingJobs } from '../../db/queue.ts';
import { change } from '../../db/revision.ts';
import { tenants } from '../../db/schema/directory.ts';
import { tenant, usage } from '../../db/schema/tenant.ts';
import { apiKeys, users } from '../../db/schema/tenant-people.ts';
import { armWakeup } from '../../db/wakeups.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { standingJobKinds } from '../../model/job.ts';
import { limits } from '../../model/limits.ts';
import { defaultPolicy } from '../../model/policy.ts';
import { ulaPrefix } from '../../model/pool.ts';
import type { CreatedTenant, CreateTenant } from '../../model/tenant.ts';
import { slugFrom } from '../../model/text.ts';
import { secretHash } from '../../pki/tokens.ts';
import { newApiKey } from '../api-key/format.ts';
import { actorOf } from '../commit.ts';
import type { Caller, Services } from '../services.ts';
import { newUser } from '../user/new.ts';
import { userView } from '../user/view.ts';
import { type TenantRow, tenantView } from './view.ts';

function slugTaken(slug: string): SallyportError {
  return new SallyportError('already_exists', `The slug "${slug}" belongs to another tenant.`, {
    wayOut: 'Give another slug.',
    problems: [{ field: 'slug', rule: 'must be unique among all tenants' }],
  });
}

function chooseSlug(input: CreateTenant): string {
  const slug = input.slug ?? slugFrom(input.name);
  if (slug !== undefined) return slug;
  throw new SallyportError('invalid_input', 'No slug can be made from this name.', {
    wayOut: 'Give a slug of lower-case letters, digits and hyphens.',
    problems: [{ field: 'slug', rule: 'is required when the name has no Latin letters' }],
  });
}

async function refuseTakenSlug({ directory }: Services, slug: string): Promise<void> {
  const query = directory.build.select().from(tenants).where(eq(tenants.slug, slug));
  const [[taken]] = await directory.run(query);
  if (taken) throw slugTaken(slug);
}

async function firstRevision(
  { services, principal, origin }: Caller,
  tenantRow: TenantRow,
  input: CreateTenant,
): Promise<CreatedTenant> {
  const at = services.now();
  const db = await services.tenants.create(tenantRow.id);
  const key = newApiKey(tenantRow.id, services.random);
  const hash = await secretHash(key);
  const { name, email } = input.owner;
  const owner = newUser(
    { id: newId('user', services.random), createdAt: at, number: 1 },
    { name, role: 'owner', ...(email === undefined ? {} : { email }) },
  );
  const keyId = newId('apiKey', services.random);
  const author = { actor: actorOf(principal), operation: 'tenant.create' as const, origin, at };
  return change(db, author, async (number) => ({
    subject: tenantRow.id,
    summary: { name: tenantRow.name, slug: tenantRow.slug, owner: owner.id, key: keyId },
    writes: [
      db.build.insert(tenant).values(tenantRow),
      db.build.insert(users).values(owner),
      db.build.update(usage).set({ value: 1 }).where(eq(usage.name, 'users')),
      db.build
        .insert(apiKeys)
        .values({ id: keyId, hash, name: "the owner's first key", role: 'owner', createdAt: at }),
      enqueueStandingJobs(db, standingJobKinds, at, at + limits.jobLookEveryMilliseconds),
    ],
    result: { tenant: tenantView(tenantRow, number), owner: userView(owner), key },
  }));
}

/**
 * Makes a tenant. The directory's row comes last: a crash before it leaves an unused file, never
 * half a tenant.
 */
export async function createTenant(caller: Caller, input: CreateTenant): Promise<CreatedTenant> {
  const { services } = caller;
  const { directory } = services;
  const slug = chooseSlug(input);
  await refuseTakenSlug(services, slug);
  const id = newId('tenant', services.random);
  const createdAt = services.now();
  const row: TenantRow = {
    id,
    slug,
    name: input.name,
    ula: ulaPrefix(services.random(5)),
    createdAt,
    status: 'active',
    deleteAt: null,
    policy: defaultPolicy,
    revision: 1,
  };
  const created = await firstRevision(caller, row, input);
  try {
    const entry = { id, slug, name: input.name, createdAt };
    await directory.run(
      directory.build.insert(tenants).values(entry),
      armWakeup(directory, id, createdAt + limits.jobLookEveryMilliseconds),
    );
  } catch (error) {
    await services.tenants.drop(id);
    throw error instanceof ConstraintError ? slugTaken(slug) : error;
  }
  return created;
}
