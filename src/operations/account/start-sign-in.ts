// account.startSignIn: mails a code and a link to whoever may sign in with this address. Known or
// unknown, every address causes the same statements in the same batch and gets the same answer:
// whether a mail goes out is decided inside the database.

import { and, eq, exists, gt, isNotNull, isNull, sql } from 'drizzle-orm';
import { enqueueJob, type NewJob } from '../../db/queue.ts';
import { accounts, challenges, tenantInvitations } from '../../db/schema/directory.ts';
import { jobs } from '../../db/schema/tenant-outlets.ts';
import { base32, newId, type RandomBytes } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { StartedSignIn } from '../../model/sign-in.ts';
import { secretHash } from '../../pki/tokens.ts';
import { signInMail } from '../../render/mail/mails.ts';
import { brand, mailJob } from '../mail.ts';
import { spend } from '../rate-limit.ts';
import type { Caller, Services } from '../services.ts';
import { codeHash } from './code.ts';

const codeDigits = 8;

/** Eight digits, each code as likely as any other. */
function newCode(random: RandomBytes): string {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  const value = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const most = 10 ** codeDigits;
  // The numbers left over at the top would make small codes likelier.
  if (value >= 2 ** 32 - (2 ** 32 % most)) return newCode(random);
  return String(value % most).padStart(codeDigits, '0');
}

/** Whether this address may sign in, and has not been mailed too often just now. */
function isWelcome({ directory, signUp, now }: Services, email: string) {
  const { build } = directory;
  const account = build.select({ id: accounts.id }).from(accounts).where(eq(accounts.email, email));
  const invited = and(
    eq(tenantInvitations.email, email),
    isNull(tenantInvitations.usedAt),
    gt(tenantInvitations.expiresAt, now()),
  );
  const invitation = build
    .select({ id: tenantInvitations.id })
    .from(tenantInvitations)
    .where(invited);
  const open = and(
    eq(challenges.email, email),
    isNotNull(challenges.codeHash),
    isNull(challenges.usedAt),
    gt(challenges.expiresAt, now()),
  );
  const count = build.select({ n: sql`count(*)` }).from(challenges).where(open);
  const few = sql`(${count}) < ${limits.mailChallengesOpenPerAddress}`;
  const isOpen = signUp === 'open' ? 1 : 0;
  return sql`(${exists(account)} or ${exists(invitation)} or ${isOpen}) and ${few}`;
}

async function signInJob(
  { services, origin }: Caller,
  email: string,
  { code, link }: { code: string; link: string },
): Promise<NewJob> {
  const askedBy = {
    address: origin.address ?? 'an unknown address',
    browser: origin.userAgent ?? 'an unknown program',
  };
  const validMinutes = limits.challengeMilliseconds / 60_000;
  const text = signInMail({ tenantName: brand, code, link, validMinutes, askedBy });
  return mailJob(services, { to: email, fromName: brand }, text);
}

/** Writes of one batch: the challenge, its mail, and the mail taken back if nobody is to get it. */
async function challenge(caller: Caller, email: string, row: { id: string; expiresAt: number }) {
  const { services } = caller;
  const { random, publicUrl, now, directory } = services;
  const { build } = directory;
  const code = newCode(random);
  const secret = base32(random(limits.challengeSecretBytes));
  const link = `${publicUrl}/portal/#/sign-in/mail/${row.id}/${secret}`;
  const job = await signInJob(caller, email, { code, link });
  const welcome = isWelcome(services, email);
  const kept = async (hash: Promise<string>) =>
    sql<string>`case when ${welcome} then ${await hash} end`;
  const values = {
    ...row,
    kind: 'mail' as const,
    email,
    codeHash: await kept(codeHash(row.id, code)),
    secretHash: await kept(secretHash(secret)),
    payload: '{}',
    createdAt: now(),
  };
  const unwelcome = and(eq(challenges.id, row.id), isNull(challenges.codeHash));
  const nobody = build.select({ id: challenges.id }).from(challenges).where(unwelcome);
  return [
    build.insert(challenges).values(values),
    enqueueJob(directory, job),
    build.delete(jobs).where(and(eq(jobs.id, job.id), exists(nobody))),
  ] as const;
}

/** @throws RateLimited when somebody asks for this address too often, known or unknown */
export async function startSignIn(caller: Caller, email: string): Promise<StartedSignIn> {
  const { services } = caller;
  await spend(services, 'signIn', await secretHash(email));
  const id = newId('challenge', services.random);
  const expiresAt = services.now() + limits.challengeMilliseconds;
  const writes = await challenge(caller, email, { id, expiresAt });
  await services.directory.run(...writes);
  services.wake(undefined);
  return { challengeId: id, expiresAt: new Date(expiresAt).toISOString() };
}
