// tenant.invite, for the operator: a mail that lets its reader make a tenant, once. Invited again,
// the same invitation lasts longer.

import { and, eq } from 'drizzle-orm';
import { enqueueJob } from '../../db/queue.ts';
import { tenantInvitations } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { InviteTenant, TenantInvitation } from '../../model/tenant.ts';
import { noticeMail } from '../../render/mail/mails.ts';
import { brand, mailJob } from '../mail.ts';
import { earlierAnswer, rememberAnswer } from '../repeat.ts';
import type { Caller, Services } from '../services.ts';
import { isOpenInvitation } from './founder.ts';

type Row = typeof tenantInvitations.$inferSelect;

function mailFor(services: Services, { email, expiresAt }: Row) {
  const last = new Date(expiresAt).toUTCString().slice(0, 16);
  const text = noticeMail({
    tenantName: brand,
    title: 'You may set up a VPN for your organisation',
    paragraphs: [
      `The operator of ${services.publicUrl} invites you to make a tenant there: a VPN for your ` +
        'organisation, with its own gateways, users and devices.',
      `Sign in with this address, ${email}, and give your tenant a name. The invitation is good ` +
        `for one tenant, until ${last} (UTC).`,
    ],
    link: { label: 'Make your tenant', url: `${services.publicUrl}/portal/` },
  });
  return mailJob(services, { to: email, fromName: brand }, text);
}

async function openInvitation({ directory, now }: Services, email: string) {
  const open = and(eq(tenantInvitations.email, email), isOpenInvitation(now()));
  const query = directory.build.select().from(tenantInvitations).where(open);
  const [[row]] = await directory.run(query);
  return row;
}

export async function inviteTenant(
  caller: Caller,
  { email }: InviteTenant,
): Promise<TenantInvitation> {
  const { services } = caller;
  const { directory, now, random, signUp } = services;
  if (signUp === 'closed')
    throw new SallyportError('forbidden', 'On this control plane nobody makes their own tenant.', {
      wayOut: 'Make the tenant yourself, or set SALLYPORT_SIGN_UP=invitation.',
    });
  const earlier = await earlierAnswer<TenantInvitation>(caller, directory);
  if (earlier) {
    if (caller.idempotency) caller.idempotency.replayed = true;
    return earlier.result;
  }
  const expiresAt = now() + limits.tenantInvitationLifetimeSeconds * 1000;
  const known = await openInvitation(services, email);
  const fresh = { id: newId('invitation', random), email, createdAt: now(), usedAt: null };
  const row: Row = { ...(known ?? fresh), expiresAt };
  const result = { id: row.id, email, expiresAt: new Date(expiresAt).toISOString() };
  await directory.run(
    directory.build
      .insert(tenantInvitations)
      .values(row)
      .onConflictDoUpdate({ target: tenantInvitations.id, set: { expiresAt } }),
    enqueueJob(directory, await mailFor(services, row)),
    ...(await rememberAnswer(caller, directory, result)),
  );
  services.wake(undefined);
  return result;
}
