// The tenant's user whom an identity provider has vouched for: found by a verified address, made if
// the tenant wants that, and put into the groups that the provider names.

import { and, eq, inArray } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { groupMembers, groups, users } from '../../db/schema/tenant-people.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { type Claims, groupsOf } from '../../model/oidc.ts';
import { emailSchema, nameSchema } from '../../model/text.ts';
import { accountOf } from '../account/find.ts';
import { commit, type Outcome } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { refuseSecondUser, rememberMembership } from '../user/accept.ts';
import { newUser } from '../user/new.ts';
import type { UserRow } from '../user/view.ts';
import type { OidcRow } from './settings.ts';

function refused(detail: string, wayOut: string): SallyportError {
  return new SallyportError('sign_in_failed', detail, { wayOut });
}

/** @throws SallyportError `sign_in_failed` unless the provider has verified the address */
function verifiedEmail({ email, email_verified: isVerified }: Claims): string {
  const parsed = emailSchema.safeParse(email);
  if (parsed.success && (isVerified === true || isVerified === 'true')) return parsed.data;
  throw refused(
    'The identity provider does not say that your e-mail address is verified.',
    'Have it verified there; an owner of the tenant can help.',
  );
}

async function userWith({ db }: TenantScope, email: string): Promise<UserRow | undefined> {
  const [[row]] = await db.run(db.build.select().from(users).where(eq(users.email, email)));
  return row;
}

function welcome(row: UserRow | undefined, { createsUsers }: OidcRow): void {
  if (row?.status === 'suspended')
    throw refused('This user is suspended.', 'Ask an administrator of the tenant.');
  if (!row && !createsUsers)
    throw refused(
      'Nobody of this address is a user of the tenant.',
      'Ask an administrator of the tenant to add you.',
    );
}

interface Person {
  email: string;
  name: string;
  accountId: string;
  /** Of a user who is made now. */
  newId: string;
  /** Groups that the provider names; undefined when groups do not come from there. */
  groups: string[] | undefined;
}

/** Writes that bring the user's groups in line; those that an administrator gave stay. */
async function groupWrites(
  { db }: TenantScope,
  number: number,
  userId: string,
  names: string[],
): Promise<Query[]> {
  const mine = eq(groupMembers.userId, userId);
  const [wanted, there] = await db.run(
    db.build.select({ id: groups.id }).from(groups).where(inArray(groups.name, names)),
    db.build.select().from(groupMembers).where(mine),
  );
  const added = wanted.filter(({ id }) => !there.some(({ groupId }) => groupId === id));
  const taken = there.filter(
    ({ groupId, source }) => source === 'oidc' && !wanted.some(({ id }) => id === groupId),
  );
  const goes = taken.map(({ groupId }) => groupId);
  const changed = [...added.map(({ id }) => id), ...goes];
  if (changed.length === 0) return [];
  const rows = added.map(({ id: groupId }) => ({ groupId, userId, source: 'oidc' as const }));
  return [
    db.build.delete(groupMembers).where(and(mine, inArray(groupMembers.groupId, goes))),
    ...(rows.length > 0 ? [db.build.insert(groupMembers).values(rows)] : []),
    db.build.update(groups).set({ revision: number }).where(inArray(groups.id, changed)),
  ];
}

/** Whoever comes in through the provider has no need of an invitation any more. */
function joined(row: UserRow, accountId: string): UserRow {
  const none = { invitationHash: null, invitationExpiresAt: null };
  return { ...row, accountId, status: 'active', ...none };
}

async function decide(
  scope: TenantScope,
  number: number,
  provider: OidcRow,
  person: Person,
): Promise<Outcome<string>> {
  const { db, services } = scope;
  const { email, name, accountId } = person;
  const row = await userWith(scope, email);
  welcome(row, provider);
  const fresh = { id: person.newId, createdAt: services.now(), number };
  const user = joined(row ?? newUser(fresh, { name, email, role: 'member' }), accountId);
  await refuseSecondUser(db, accountId, user.id);
  const writes: Query[] = [];
  if (!row) writes.push(db.build.insert(users).values(user));
  else if (row.accountId === null || row.status !== 'active') {
    const set = { ...user, revision: number };
    writes.push(db.build.update(users).set(set).where(eq(users.id, row.id)));
  }
  if (person.groups) writes.push(...(await groupWrites(scope, number, user.id, person.groups)));
  return {
    subject: user.id,
    summary: { issuer: provider.issuer, isNew: !row, account: accountId },
    writes,
    touched: [],
    usage: row ? [] : [{ name: 'users', add: 1 }],
    result: user.id,
  };
}

function nameOf({ name }: Claims, email: string): string {
  return nameSchema.safeParse(name).data ?? email.slice(0, email.indexOf('@'));
}

/**
 * @returns the account of the user
 * @throws SallyportError `sign_in_failed`, `already_exists`, `quota_reached`
 */
export async function userOfClaims(
  scope: TenantScope,
  provider: OidcRow,
  claims: Claims,
): Promise<string> {
  const { services } = scope;
  const email = verifiedEmail(claims);
  const before = await userWith(scope, email);
  welcome(before, provider);
  const name = nameOf(claims, email);
  const accountId = before?.accountId ?? (await accountOf(services, email, name)).id;
  const { groupsClaim } = provider;
  const person: Person = {
    ...{ email, name, accountId },
    newId: newId('user', services.random),
    groups: groupsClaim === null ? undefined : groupsOf(claims, groupsClaim),
  };
  const preview = await decide(scope, 0, provider, person);
  if (preview.writes.length === 0) return accountId;
  // First, because me.get passes over a membership whose user does not know the account.
  await rememberMembership(scope, accountId, preview.result);
  const actor = preview.result;
  await commit(scope, 'oidc.signIn', (number) => decide(scope, number, provider, person), actor);
  return accountId;
}
