// tenant.create: a tenant with its own database and its first user, by the operator or by an
// account that becomes its owner.

import { and, eq, sql } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { ConstraintError } from '../../db/driver.ts';
import { enqueueJob, enqueueStandingJobs } from '../../db/queue.ts';
import { change } from '../../db/revision.ts';
import { jobs, memberships, tenantInvitations, tenants } from '../../db/schema/directory.ts';
import { tenant, usage } from '../../db/schema/tenant.ts';
import { armWakeup } from '../../db/wakeups.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { standingJobKinds } from '../../model/job.ts';
import { limits } from '../../model/limits.ts';
import { defaultPolicy } from '../../model/policy.ts';
import { ulaPrefix } from '../../model/pool.ts';
import type { CreatedTenant, CreateTenant } from '../../model/tenant.ts';
import { actorOf } from '../commit.ts';
import { earlierAnswer, rememberAnswer } from '../repeat.ts';
import type { Caller, Services } from '../services.ts';
import { newUser } from '../user/new.ts';
import { type UserRow, userView } from '../user/view.ts';
import { type Founder, founderOf, isOpenInvitation } from './founder.ts';
import { admitOwner } from './owner.ts';
import { chooseSlug, slugTaken } from './slug.ts';
import { type TenantRow, tenantView } from './view.ts';

export const dropDatabaseJobKind = 'tenant.dropDatabase';

/** A job of the directory that removes a database, unless a tenant has it. */
export function dropDatabaseJob(services: Services, tenantId: string, dueAt: number) {
  const id = `${dropDatabaseJobKind} ${tenantId}`;
  const payload = { tenantId };
  const job = { id, kind: dropDatabaseJobKind, payload, dueAt, createdAt: services.now() };
  return enqueueJob(services.directory, job).onConflictDoUpdate({
    target: jobs.id,
    set: { status: 'waiting', dueAt, attempts: 0 },
  });
}

interface Beginning {
  row: TenantRow;
  owner: UserRow;
}

function beginningOf(services: Services, slug: string, name: string, founder: Founder): Beginning {
  const createdAt = services.now();
  const row: TenantRow = {
    id: newId('tenant', services.random),
    slug,
    name,
    ula: ulaPrefix(services.random(5)),
    createdAt,
    status: 'active',
    deleteAt: null,
    policy: defaultPolicy,
    revision: 1,
  };
  const id = newId('user', services.random);
  const input = { name: founder.name, role: 'owner' as const };
  const user = newUser({ id, createdAt, number: 1 }, input);
  return { row, owner: { ...user, email: founder.email, accountId: founder.accountId } };
}

async function firstRevision(
  caller: Caller,
  { row, owner }: Beginning,
): Promise<CreatedTenant & { isInvited: boolean }> {
  const { services, principal, origin } = caller;
  const at = row.createdAt;
  const db = await services.tenants.create(row.id);
  const base = { services, db, tenantId: row.id };
  const { key, isInvited, writes } = await admitOwner(base, owner, row.name);
  const actor = owner.accountId === null ? actorOf(principal) : owner.id;
  const author = { actor, operation: 'tenant.create' as const, origin, at };
  return change(db, author, async (number) => ({
    subject: row.id,
    summary: { name: row.name, slug: row.slug, owner: owner.id, key: key?.id ?? null },
    writes: [
      db.build.insert(tenant).values(row),
      ...writes,
      db.build.update(usage).set({ value: 1 }).where(eq(usage.name, 'users')),
      enqueueStandingJobs(db, standingJobKinds, at, at + limits.jobLookEveryMilliseconds),
    ],
    result: {
      tenant: tenantView(row, number),
      owner: userView(owner),
      key: key?.text ?? null,
      isInvited,
    },
  }));
}

/** The directory's row. By invitation it comes from the invitation's, if that is still open. */
function insertTenant({ directory, now }: Services, row: TenantRow, { invitationId }: Founder) {
  const { id, slug, name, createdAt } = row;
  const insert = directory.build.insert(tenants);
  if (invitationId === null) return insert.values({ id, slug, name, createdAt });
  const open = and(eq(tenantInvitations.id, invitationId), isOpenInvitation(now()));
  return insert.select(
    sql`select ${id}, ${slug}, ${name}, ${createdAt}, 'active' from ${tenantInvitations}
      where ${open}`,
  );
}

/** One batch makes it a tenant: all of it, or none. */
async function enterInDirectory(
  caller: Caller,
  { row, owner }: Beginning,
  founder: Founder,
  { isInvited, ...created }: CreatedTenant & { isInvited: boolean },
): Promise<CreatedTenant> {
  const { directory, now } = caller.services;
  const { build } = directory;
  const { accountId, invitationId } = founder;
  const more: Query[] = [];
  // Without the row above, because somebody else used the invitation, this breaks a foreign key.
  if (accountId !== null)
    more.push(
      build
        .insert(memberships)
        .values({ accountId, tenantId: row.id, userId: owner.id, createdAt: row.createdAt }),
    );
  if (invitationId !== null) {
    const used = build.update(tenantInvitations).set({ usedAt: now() });
    more.push(used.where(eq(tenantInvitations.id, invitationId)));
  }
  const firstLook = isInvited ? 0 : limits.jobLookEveryMilliseconds;
  await directory.run(
    insertTenant(caller.services, row, founder),
    armWakeup(directory, row.id, row.createdAt + firstLook),
    ...more,
    ...(await rememberAnswer(caller, directory, created)),
    build.delete(jobs).where(eq(jobs.id, `${dropDatabaseJobKind} ${row.id}`)),
  );
  if (isInvited) caller.services.wake(row.id);
  return created;
}

/** What a rule of the directory that was broken means. */
function refusalOf(error: unknown, slug: string): unknown {
  if (!(error instanceof ConstraintError)) return error;
  if (error.columns === 'tenants.slug') return slugTaken(slug);
  if (error.columns !== 'foreign key') return error;
  return new SallyportError('forbidden', 'The invitation was used meanwhile.', {
    wayOut: 'Ask the operator of this control plane for another one.',
  });
}

async function create(caller: Caller, input: CreateTenant): Promise<CreatedTenant> {
  const { services } = caller;
  const { directory, tenants: databases, now } = services;
  const founder = await founderOf(caller, input);
  const slug = await chooseSlug(services, input);
  const beginning = beginningOf(services, slug, input.name, founder);
  const { id } = beginning.row;
  // Should we not come to an end, the database goes again.
  const later = now() + limits.unusedDatabaseKeptMilliseconds;
  await directory.run(dropDatabaseJob(services, id, later));
  const created = await firstRevision(caller, beginning);
  try {
    return await enterInDirectory(caller, beginning, founder, created);
  } catch (error) {
    // Of any other error it is not known whether the batch went through.
    if (error instanceof ConstraintError) await databases.drop(id);
    throw refusalOf(error, slug);
  }
}

/**
 * Makes a tenant. The directory's row comes last: a crash before it leaves an unused database,
 * which is removed later, and never half a tenant.
 * @throws SallyportError what `founderOf` and `chooseSlug` throw, `idempotency_mismatch`
 */
export async function createTenant(caller: Caller, input: CreateTenant): Promise<CreatedTenant> {
  const { directory } = caller.services;
  let earlier = await earlierAnswer<CreatedTenant>(caller, directory);
  try {
    if (!earlier) return await create(caller, input);
  } catch (error) {
    // The same request at once may have been faster: to the key, to the slug, to the invitation.
    earlier = await earlierAnswer<CreatedTenant>(caller, directory);
    if (!earlier) throw error;
  }
  if (caller.idempotency) caller.idempotency.replayed = true;
  return earlier.result;
}
