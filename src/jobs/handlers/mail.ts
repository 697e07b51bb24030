// mail: sends one mail, and says in the tenant's list of mails what became of it.

import { and, eq, isNotNull, ne } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import { links } from '../../db/schema/tenant.ts';
import { mails } from '../../db/schema/tenant-outlets.ts';
import { errorCodes, SallyportError } from '../../model/errors.ts';
import { idSchema } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { type Mail, mailSchema } from '../../model/mail.ts';
import { mailPurpose } from '../../operations/mail.ts';
import type { Handler, JobDeps } from '../deps.ts';

const payloadSchema = z.strictObject({
  /** A `Mail` as JSON: it holds codes, links and addresses. */
  sealed: z.string(),
  /** Its row, where there is one. */
  mailId: idSchema('mail').optional(),
});

async function note(
  db: Database,
  mailId: string | undefined,
  outcome: Partial<typeof mails.$inferInsert>,
): Promise<void> {
  if (mailId === undefined) return;
  // One that went out stays so, whatever a second run says.
  const open = and(eq(mails.id, mailId), ne(mails.status, 'sent'));
  await db.run(db.build.update(mails).set(outcome).where(open));
}

/** What the server said, without the addresses in it, for the job's row and the log. */
function forTheLog(error: SallyportError): SallyportError {
  const { code, message, wayOut } = error;
  const detail =
    code === 'mail_refused'
      ? 'The mail server refuses the mail.'
      : message.replaceAll(/[^\s<>()"',;:]+@[^\s<>()"',;:]+/g, '…');
  return new SallyportError(code, detail, wayOut === undefined ? {} : { wayOut });
}

async function recordFailure(
  { db, isLastAttempt }: JobDeps,
  mailId: string | undefined,
  error: SallyportError,
): Promise<void> {
  const isOver = isLastAttempt || !errorCodes[error.code].retry;
  await note(db, mailId, {
    ...(isOver ? { status: 'refused' } : {}),
    error: error.message.slice(0, limits.jobErrorLength),
  });
}

async function unsealed({ services }: JobDeps, sealed: string): Promise<Mail> {
  const text = await services.keys.sealer.open(sealed, mailPurpose);
  const parsed = mailSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new SallyportError('invalid_input', 'What was sealed is no mail.');
}

/** Whether it would bring a link that was closed meanwhile: a newer mail is on its way instead. */
async function isMoot(db: Database, mailId: string | undefined): Promise<boolean> {
  if (mailId === undefined) return false;
  const [[closed]] = await db.run(
    db.build
      .select({ id: links.id })
      .from(mails)
      .innerJoin(links, eq(links.id, mails.about))
      .where(and(eq(mails.id, mailId), isNotNull(links.revokedAt))),
  );
  return closed !== undefined;
}

export const mail: Handler = async (payload, deps) => {
  const { db, now, signal } = deps;
  const { sealed, mailId } = payloadSchema.parse(payload);
  if (await isMoot(db, mailId)) {
    await note(db, mailId, {
      status: 'refused',
      error: 'Its link was revoked before it was sent.',
    });
    return 'done';
  }
  const message = await unsealed(deps, sealed);
  try {
    await deps.mail.send(message, signal);
  } catch (error) {
    if (!(error instanceof SallyportError)) throw new Error('the mail could not be sent');
    await recordFailure(deps, mailId, error);
    throw forTheLog(error);
  }
  await note(db, mailId, { status: 'sent', sentAt: now(), error: null });
  return 'done';
};
