// user.invite: a mail with a link by which a user comes in for the first time. Somebody new becomes
// a user; one who is there already, and has not come in, gets a fresh invitation in place of the
// last. Soon after an invitation another one sends nothing, and says the same.

import { and, eq } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import { users } from '../../db/schema/tenant-people.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { InviteUser, User } from '../../model/user.ts';
import { secretHash } from '../../pki/tokens.ts';
import { invitationMail } from '../../render/mail/mails.ts';
import { commit } from '../commit.ts';
import { joinGroups } from '../group/join.ts';
import { usersWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { tenantMail, tenantName } from '../tenant-mail.ts';
import { mayGrant } from './grant.ts';
import { invitationLink, newInvitationToken } from './invitation-token.ts';
import { newUser } from './new.ts';
import { readActiveUser } from './read.ts';
import { type UserRow, userView } from './view.ts';

interface Invitation {
  /** Of a user who is made by it. */
  newId: string;
  token: string;
  hash: string;
  now: number;
}

async function userOfAddress(scope: TenantScope, email: string): Promise<UserRow | undefined> {
  const { db } = scope;
  const wanted = and(eq(users.email, email), usersWithin(scope));
  const [[row]] = await db.run(db.build.select({ id: users.id }).from(users).where(wanted));
  return row && readActiveUser(scope, row.id);
}

/** The user that there is, or undefined for somebody new. */
async function invitee(scope: TenantScope, input: InviteUser): Promise<UserRow | undefined> {
  const { userId, email, name } = input;
  const row =
    userId === undefined
      ? await userOfAddress(scope, email ?? '')
      : await readActiveUser(scope, userId);
  if (!row && name === undefined)
    throw new SallyportError('invalid_input', 'Nobody has this address yet.', {
      wayOut: 'Give the name of the new user.',
      problems: [{ field: 'name', rule: 'is required for a new user' }],
    });
  if (row) mayGrant(scope, row.role);
  if (row?.email === null)
    throw new SallyportError('invalid_input', 'This user has no e-mail address.', {
      wayOut: 'Give the user an e-mail address first.',
      problems: [{ field: 'userId', rule: 'must be of a user with an e-mail address' }],
    });
  if (row && row.accountId !== null)
    throw new SallyportError('already_exists', 'This user has an account already.', {
      wayOut: 'They sign in with their e-mail address; no invitation is needed.',
    });
  return row;
}

function isRecent({ invitationExpiresAt }: UserRow, now: number): boolean {
  const age = limits.invitationLifetimeSeconds * 1000 - ((invitationExpiresAt ?? 0) - now);
  return age < limits.invitationAgainSeconds * 1000;
}

function freshRow(input: InviteUser, { newId: id, now }: Invitation, number: number): UserRow {
  const { name = '', email, role } = input;
  const row = newUser({ id, createdAt: now, number }, { name, role });
  return { ...row, email: email ?? null, status: 'invited' };
}

/** Who invites, as the mail says. */
async function inviterName({ db, userId }: TenantScope): Promise<string> {
  if (userId === undefined) return 'An administrator';
  const query = db.build.select({ name: users.name }).from(users).where(eq(users.id, userId));
  const [[inviter]] = await db.run(query);
  return inviter?.name ?? 'An administrator';
}

async function mailTo(scope: TenantScope, row: UserRow, { token }: Invitation) {
  const name = await tenantName(scope);
  const text = invitationMail({
    tenantName: name,
    inviterName: await inviterName(scope),
    role: row.role,
    link: invitationLink(scope.services.publicUrl, token),
    expiresAt: row.invitationExpiresAt ?? 0,
  });
  const to = row.email ?? '';
  return tenantMail(scope, { kind: 'invitation', to, fromName: name, about: row.id }, text);
}

async function decide(
  scope: TenantScope,
  number: number,
  input: InviteUser,
  invitation: Invitation,
) {
  const { db } = scope;
  const known = await invitee(scope, input);
  const row = known ?? freshRow(input, invitation, number);
  const { hash, now } = invitation;
  const expiresAt = now + limits.invitationLifetimeSeconds * 1000;
  const open = { invitationHash: hash, invitationExpiresAt: expiresAt, revision: number };
  const isAgain = known !== undefined && isRecent(known, now);
  const next = isAgain ? known : { ...row, ...open };
  const mail = isAgain ? undefined : await mailTo(scope, next, invitation);
  const writes: Query[] = [];
  if (!known) writes.push(db.build.insert(users).values(next));
  else if (!isAgain) writes.push(db.build.update(users).set(open).where(eq(users.id, known.id)));
  writes.push(...(await joinGroups(scope, number, next.id, input.groupIds)));
  if (mail) writes.push(mail.write);
  return {
    subject: next.id,
    summary: { name: next.name, role: next.role, mailed: mail !== undefined },
    writes,
    touched: [],
    usage: known ? [] : [{ name: 'users' as const, add: 1 }],
    jobs: mail ? [mail.job] : [],
    result: userView(next),
  };
}

export async function inviteUser(scope: TenantScope, input: InviteUser): Promise<User> {
  const { services, tenantId } = scope;
  mayGrant(scope, input.role);
  const token = newInvitationToken(tenantId, services.random);
  const invitation = {
    newId: newId('user', services.random),
    token,
    hash: await secretHash(token),
    now: services.now(),
  };
  return commit(scope, 'user.invite', (number) => decide(scope, number, input, invitation));
}
