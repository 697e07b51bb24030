// How the first owner of a tenant comes in: by the account that made it, or by a key that the
// operator hands over and, where there is an address, an invitation to it.

import type { Query } from '../../db/database.ts';
import { enqueueJob } from '../../db/queue.ts';
import { apiKeys, users } from '../../db/schema/tenant-people.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { secretHash } from '../../pki/tokens.ts';
import { invitationMail } from '../../render/mail/mails.ts';
import { newApiKey } from '../api-key/format.ts';
import type { TenantScope } from '../services.ts';
import { tenantMail } from '../tenant-mail.ts';
import { invitationLink, newInvitationToken } from '../user/invitation-token.ts';
import type { UserRow } from '../user/view.ts';

export interface Admission {
  /** Shown once; null for an account. */
  key: { id: string; text: string } | null;
  isInvited: boolean;
  /** For the batch that makes the tenant. */
  writes: Query[];
}

type Base = Pick<TenantScope, 'services' | 'db' | 'tenantId'>;

async function firstKey({ services, db, tenantId }: Base, { createdAt }: UserRow) {
  const text = newApiKey(tenantId, services.random);
  const id = newId('apiKey', services.random);
  const name = "the owner's first key";
  const row = { id, hash: await secretHash(text), name, role: 'owner' as const, createdAt };
  return { key: { id, text }, write: db.build.insert(apiKeys).values(row) };
}

async function invitation(base: Base, owner: UserRow, to: string, tenantName: string) {
  const { services, tenantId, db } = base;
  const token = newInvitationToken(tenantId, services.random);
  const expiresAt = owner.createdAt + limits.invitationLifetimeSeconds * 1000;
  const text = invitationMail({
    tenantName,
    inviterName: 'The operator',
    role: 'owner',
    link: invitationLink(services.publicUrl, token),
    expiresAt,
  });
  const envelope = { kind: 'invitation', to, fromName: tenantName, about: owner.id };
  const { write, job } = await tenantMail(base, envelope, text);
  const set = { invitationHash: await secretHash(token), invitationExpiresAt: expiresAt };
  return { set, writes: [write, enqueueJob(db, job)] };
}

export async function admitOwner(
  base: Base,
  owner: UserRow,
  tenantName: string,
): Promise<Admission> {
  const insert = base.db.build.insert(users);
  if (owner.accountId !== null)
    return { key: null, isInvited: false, writes: [insert.values(owner)] };
  const { key, write } = await firstKey(base, owner);
  if (owner.email === null) return { key, isInvited: false, writes: [insert.values(owner), write] };
  const { set, writes } = await invitation(base, owner, owner.email, tenantName);
  return { key, isInvited: true, writes: [insert.values({ ...owner, ...set }), write, ...writes] };
}
