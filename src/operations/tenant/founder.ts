// Who makes a tenant: the operator for somebody else, or an account for itself, where the control
// plane lets it.

import { and, asc, count, eq, gt, isNull } from 'drizzle-orm';
import { accounts, memberships, tenantInvitations } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { CreateTenant } from '../../model/tenant.ts';
import type { Caller, Services, SessionPrincipal } from '../services.ts';

export interface Founder {
  name: string;
  email: string | null;
  /** Null when the operator makes the tenant. */
  accountId: string | null;
  /** What is used up by it. */
  invitationId: string | null;
}

/** An invitation that is good at this time. */
export function isOpenInvitation(now: number) {
  return and(isNull(tenantInvitations.usedAt), gt(tenantInvitations.expiresAt, now));
}

function refuse(detail: string, wayOut: string): never {
  throw new SallyportError('forbidden', detail, { wayOut });
}

async function read({ directory, now }: Services, accountId: string) {
  const { build } = directory;
  const [[account], [of]] = await directory.run(
    build.select().from(accounts).where(eq(accounts.id, accountId)),
    build
      .select({ tenants: count() })
      .from(memberships)
      .where(eq(memberships.accountId, accountId)),
  );
  if (!account) throw new SallyportError('unauthenticated', 'This account is gone.');
  const open = and(eq(tenantInvitations.email, account.email), isOpenInvitation(now()));
  const query = build.select({ id: tenantInvitations.id }).from(tenantInvitations).where(open);
  const [[invitation]] = await directory.run(query.orderBy(asc(tenantInvitations.expiresAt)));
  return { account, tenants: of?.tenants ?? 0, invitation };
}

async function accountFounder(
  services: Services,
  { accountId, tenantId }: SessionPrincipal,
  { owner }: CreateTenant,
): Promise<Founder> {
  const { signUp } = services;
  if (signUp === 'closed')
    refuse('On this control plane the operator makes tenants.', 'Ask the operator for one.');
  if (tenantId !== null)
    refuse(
      "This session is good in its tenant alone: it came by that tenant's sign-on.",
      'Sign in by mail or with a passkey to make a tenant of your own.',
    );
  const { account, tenants, invitation } = await read(services, accountId);
  if (signUp === 'invitation' && !invitation)
    refuse(
      'Making a tenant takes an invitation here, and none to your address is open.',
      'Ask the operator of this control plane for an invitation.',
    );
  if (tenants >= limits.membershipsPerAccount)
    throw new SallyportError(
      'limit_reached',
      `An account is in at most ${limits.membershipsPerAccount} tenants.`,
      { wayOut: 'Leave a tenant first.' },
    );
  const { email } = account;
  if (owner?.email !== undefined && owner.email !== email)
    throw new SallyportError('invalid_input', 'The owner of this tenant is you.', {
      wayOut: 'Leave the address out.',
      problems: [{ field: 'owner.email', rule: 'must be the address of your account' }],
    });
  const invitationId = signUp === 'invitation' ? (invitation?.id ?? null) : null;
  return { name: owner?.name ?? account.name, email, accountId, invitationId };
}

/** @throws SallyportError `forbidden`, `limit_reached` or `invalid_input` */
export async function founderOf(
  { services, principal }: Caller,
  input: CreateTenant,
): Promise<Founder> {
  if (principal.kind === 'session') return accountFounder(services, principal, input);
  const { name = 'Owner', email = null } = input.owner ?? {};
  return { name, email, accountId: null, invitationId: null };
}
