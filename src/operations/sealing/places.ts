// Everywhere that a sealed text is kept. Whoever seals something new adds its place here, or the
// key that sealed it cannot be thrown away.

import { and, asc, count, eq, gt, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../../db/database.ts';
import * as directory from '../../db/schema/directory.ts';
import { devices, idempotencyKeys } from '../../db/schema/tenant.ts';
import * as outlets from '../../db/schema/tenant-outlets.ts';
import { authorities } from '../../db/schema/tenant-pki.ts';
import { limits } from '../../model/limits.ts';
import { rootSealingKey } from '../../model/sealing.ts';
import { sealedHead } from '../../pki/seal.ts';
import { keyPurpose } from '../authority/living.ts';
import { mailPurpose } from '../mail.ts';
import { oidcPurpose } from '../oidc/settings.ts';
import { challengePurpose } from '../oidc/sign-in.ts';
import { passwordPurpose } from '../password.ts';
import { totpPurpose } from '../totp/verify.ts';
import { webhookPurpose } from '../webhook/secret.ts';

/** A column of sealed texts. Empty and null ones seal nothing. */
export interface Place {
  table: SQLiteTable;
  id: SQLiteColumn;
  text: SQLiteColumn | SQL;
  /** What the column becomes with another text. */
  set(text: string): Record<string, unknown>;
  /** Which rows have a sealed text, where not all of them do. */
  where?: SQL;
  purpose(id: string, tenantId: string): string;
}

/** The secret of mails that wait is within the job's JSON. */
function mailsOf({ jobs }: Pick<typeof outlets, 'jobs'>): Place {
  return {
    table: jobs,
    id: jobs.id,
    text: sql`json_extract(${jobs.payload}, '$.sealed')`,
    set: (text) => ({ payload: sql`json_set(${jobs.payload}, '$.sealed', ${text})` }),
    where: eq(jobs.kind, 'mail'),
    purpose: () => mailPurpose,
  };
}

function answersOf(table: typeof idempotencyKeys | typeof directory.idempotencyKeys): Place {
  const { hash, answer } = table;
  return { table, id: hash, text: answer, set: (answer) => ({ answer }), purpose: (id) => id };
}

const { accounts, challenges } = directory;

export const directoryPlaces: readonly Place[] = [
  {
    table: accounts,
    id: accounts.id,
    text: accounts.totpSecret,
    set: (totpSecret) => ({ totpSecret }),
    purpose: totpPurpose,
  },
  {
    table: challenges,
    id: challenges.id,
    text: challenges.payload,
    set: (payload) => ({ payload }),
    where: eq(challenges.kind, 'oidc'),
    purpose: challengePurpose,
  },
  answersOf(directory.idempotencyKeys),
  mailsOf(directory),
];

const { webhooks, oidc } = outlets;

export const tenantPlaces: readonly Place[] = [
  {
    table: devices,
    id: devices.id,
    text: devices.ikev2Secret,
    set: (ikev2Secret) => ({ ikev2Secret }),
    where: isNotNull(devices.ikev2Secret),
    purpose: passwordPurpose,
  },
  {
    table: authorities,
    id: authorities.id,
    text: authorities.privateKey,
    set: (privateKey) => ({ privateKey }),
    purpose: keyPurpose,
  },
  {
    table: webhooks,
    id: webhooks.id,
    text: webhooks.secret,
    set: (secret) => ({ secret }),
    purpose: webhookPurpose,
  },
  {
    table: webhooks,
    id: webhooks.id,
    text: webhooks.previousSecret,
    set: (previousSecret) => ({ previousSecret }),
    purpose: webhookPurpose,
  },
  {
    table: oidc,
    id: oidc.id,
    text: oidc.clientSecret,
    set: (clientSecret) => ({ clientSecret }),
    purpose: (_id, tenantId) => oidcPurpose(tenantId),
  },
  answersOf(idempotencyKeys),
  mailsOf(outlets),
];

export interface SealedText {
  id: string | number;
  text: string;
}

/** The next texts of a place, by id, that another key than this one sealed. */
export function readOthers(
  { build }: Database,
  place: Place,
  key: string,
  after: SealedText['id'] | undefined,
) {
  const head = sealedHead(key);
  const text = sql<string>`${place.text}`;
  const isOther = sql`${text} <> '' and substr(${text}, 1, ${head.length}) <> ${head}`;
  return build
    .select({ id: sql<string | number>`${place.id}`, text })
    .from(place.table)
    .where(and(after === undefined ? undefined : gt(place.id, after), isOther, place.where))
    .orderBy(asc(place.id))
    .limit(limits.resealedPerBatch);
}

/** Puts a text in the place of the old one, if that is still there. */
export function replaceText({ build }: Database, place: Place, old: SealedText, text: string) {
  const isSame = and(eq(place.id, old.id), sql`${place.text} = ${old.text}`);
  return build.update(place.table).set(place.set(text)).where(isSame);
}

/** How many texts of a place name which key. */
export function countByKey({ build }: Database, place: Place) {
  const { text } = place;
  const named = sql`substr(${text}, 4, instr(substr(${text}, 4), '.') - 1)`;
  const id = sql<string>`case when ${text} like 'v1.%' then ${rootSealingKey} else ${named} end`;
  return build
    .select({ id, texts: count() })
    .from(place.table)
    .where(and(sql`${text} <> ''`, place.where))
    .groupBy(id);
}
