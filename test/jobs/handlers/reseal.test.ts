// Sealing anew with the newest key: in every place, a batch at a time, and nothing by mistake.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { enqueueJob } from '../../../src/db/queue.ts';
import { accounts, challenges } from '../../../src/db/schema/directory.ts';
import { idempotencyKeys } from '../../../src/db/schema/tenant.ts';
import { jobs, oidc, webhooks } from '../../../src/db/schema/tenant-outlets.ts';
import { authorities } from '../../../src/db/schema/tenant-pki.ts';
import { reseal } from '../../../src/jobs/handlers/reseal.ts';
import { runTenantJobs } from '../../../src/jobs/tenant.ts';
import { toBase64Url } from '../../../src/model/encoding.ts';
import { limits } from '../../../src/model/limits.ts';
import { noOrigin } from '../../../src/model/origin.ts';
import type { SealingKeyUse } from '../../../src/model/sealing.ts';
import { listSealing } from '../../../src/operations/sealing/list.ts';
import { replaceText, tenantPlaces } from '../../../src/operations/sealing/places.ts';
import { renewSealing, resealJobKind } from '../../../src/operations/sealing/renew.ts';
import { keysFrom } from '../../../src/pki/root-key.ts';
import { createWorld, depsOf, start, type World } from '../world.ts';

const rootKey = new Uint8Array(32).fill(7);
const old = { id: 'y2026', bytes: new Uint8Array(32).fill(1) };
const fresh = { id: 'y2027', bytes: new Uint8Array(32).fill(2) };

const settingOf = (...keys: (typeof old)[]) =>
  keys.map(({ id, bytes }) => `${id}:${toBase64Url(bytes)}`).join(',');

function world(...keys: (typeof old)[]): Promise<World> {
  return createWorld({
    SALLYPORT_ROOT_KEY: toBase64Url(rootKey),
    SALLYPORT_SEALING_KEYS: settingOf(...keys),
  });
}

const sealedByRoot = async (text: string, purpose: string) =>
  (await keysFrom(rootKey)).sealer.seal(text, purpose);
const sealedByOld = async (text: string, purpose: string) =>
  (await keysFrom(rootKey, undefined, [old])).sealer.seal(text, purpose);

async function answers(db: Database, count: number): Promise<void> {
  const createdAt = start;
  for (let n = 0; n < count; n++) {
    const hash = `h${String(n).padStart(4, '0')}`;
    const answer = await sealedByOld(`answer ${n}`, hash);
    await db.run(
      db.build.insert(idempotencyKeys).values({ hash, requestHash: '', answer, createdAt }),
    );
  }
}

async function usesOf({ services }: World, tenantId: string | null): Promise<SealingKeyUse[]> {
  const caller = { services, origin: noOrigin, principal: { kind: 'operator' as const } };
  const { items } = await listSealing(caller, { limit: 100 });
  return items.find((item) => item.tenantId === tenantId)?.keys ?? [];
}

/** Only keys that seal something. */
async function countsOf(world: World, tenantId: string | null) {
  const used = (await usesOf(world, tenantId)).filter(({ texts }) => texts > 0);
  return Object.fromEntries(used.map(({ id, texts }) => [id, texts]));
}

async function answersOf({ services }: World, db: Database): Promise<string[]> {
  const [rows] = await db.run(
    db.build.select().from(idempotencyKeys).orderBy(idempotencyKeys.hash),
  );
  return Promise.all(rows.map(({ hash, answer }) => services.keys.sealer.open(answer, hash)));
}

async function fillTenant(db: Database, tenantId: string): Promise<void> {
  const { build } = db;
  const outlet = { cursor: 0, failures: 0, enabled: true, revision: 1 };
  const times = { createdAt: start, createdRevision: 1 };
  const authority = { domain: 'x', certificate: '', expiresAt: start, revision: 1 };
  await db.run(
    build.insert(authorities).values([
      {
        ...{ ...times, ...authority, id: 'ca_1', generation: 1, status: 'active' },
        privateKey: await sealedByRoot('authority', 'authority ca_1'),
      },
      {
        ...{ ...times, ...authority, id: 'ca_2', generation: 2, status: 'retired' },
        ...{ privateKey: '', createdRevision: 2 },
      },
    ]),
    build.insert(webhooks).values({
      ...{ ...outlet, ...times, id: 'w_1', url: '', description: '' },
      secret: await sealedByRoot('now', 'webhook w_1'),
      previousSecret: await sealedByOld('before', 'webhook w_1'),
    }),
    build.insert(oidc).values({
      ...{ id: 1, issuer: '', clientId: '', createsUsers: false, enabled: true, revision: 1 },
      clientSecret: await sealedByOld('client', `oidc ${tenantId}`),
    }),
    mailJob(db, await sealedByOld('mail', 'mail')),
  );
}

function mailJob(db: Database, sealed: string) {
  const payload = { sealed, mailId: 'm_0123456789abcdef' };
  const at = { dueAt: start + 1e9, createdAt: start };
  return enqueueJob(db, { ...at, id: 'j_1', kind: 'mail', payload });
}

test('every place of a tenant and of the directory is sealed anew, and says the same', async () => {
  const here = await world(fresh, old);
  const { services } = here;
  const { directory } = services;
  const { sealer } = services.keys;
  const { id, db } = await here.tenant();
  await fillTenant(db, id);
  await answers(db, 1);
  const account = { email: 'a@example.test', name: 'A', createdAt: start };
  const kept = { createdAt: start, expiresAt: start + 1e9 };
  await directory.run(
    directory.build
      .insert(accounts)
      .values({ ...account, id: 'a_1', totpSecret: await sealedByRoot('totp', 'totp a_1') }),
    directory.build.insert(challenges).values([
      { ...kept, id: 'c_1', kind: 'oidc', payload: await sealedByOld('{}', 'challenge c_1') },
      { ...kept, id: 'c_2', kind: 'passkey_create', payload: '{"challenge":"v1.in.clear"}' },
    ]),
    mailJob(directory, await sealedByRoot('mail', 'mail')),
  );
  expect(await countsOf(here, id)).toEqual({ root: 2, y2026: 4 });
  expect(await countsOf(here, null)).toEqual({ root: 2, y2026: 1 });

  expect(await reseal({}, depsOf(here, { id, db }))).toBe('done');
  expect(await reseal({}, depsOf(here, { id: undefined, db: directory }))).toBe('done');

  expect(await countsOf(here, id)).toEqual({ y2027: 6 });
  expect(await countsOf(here, null)).toEqual({ y2027: 3 });
  const [[hook], [job], [plain]] = await db.run(
    db.build.select().from(webhooks),
    db.build.select().from(jobs).where(eq(jobs.id, 'j_1')),
    db.build.select().from(authorities).where(eq(authorities.id, 'ca_2')),
  );
  expect(await sealer.open(hook?.previousSecret ?? '', 'webhook w_1')).toBe('before');
  const payload = JSON.parse(job?.payload ?? '{}');
  expect(payload.mailId).toBe('m_0123456789abcdef');
  expect(await sealer.open(payload.sealed, 'mail')).toBe('mail');
  expect(plain?.privateKey).toBe('');
});

test('a run that is killed half way is taken up where it was', async () => {
  const here = await world(fresh, old);
  const tenant = await here.tenant();
  await answers(tenant.db, 2 * limits.resealedPerBatch + 1);
  const expected = await answersOf(here, tenant.db);
  let batches = 0;
  const run: Database['run'] = (...queries) => {
    // Each batch reads and writes; the third write never comes to be. Earlier places are empty.
    if (batches++ === 9) return Promise.reject(new Error('the process was killed'));
    return tenant.db.run(...queries);
  };
  const dying = depsOf(here, { ...tenant, db: { ...tenant.db, run } });
  await expect(reseal({}, dying)).rejects.toThrow('killed');
  const half = await countsOf(here, tenant.id);
  expect(half).toEqual({ y2027: 2 * limits.resealedPerBatch, y2026: 1 });
  expect(await reseal({}, depsOf(here, tenant))).toBe('done');
  expect(await countsOf(here, tenant.id)).toEqual({ y2027: 2 * limits.resealedPerBatch + 1 });
  expect(await answersOf(here, tenant.db)).toEqual(expected);
});

test('a text that changed meanwhile is not overwritten', async () => {
  const here = await world(fresh, old);
  const { db } = await here.tenant();
  await answers(db, 1);
  const place = tenantPlaces.find(({ table }) => table === idempotencyKeys);
  if (!place) throw new Error('no such place');
  await db.run(replaceText(db, place, { id: 'h0000', text: 'what was read' }, 'what was sealed'));
  expect(await answersOf(here, db)).toEqual(['answer 0']);
});

test('a text that no key opens stays, is told of, and does not hold up the others', async () => {
  const here = await world(fresh);
  const tenant = await here.tenant();
  const { db } = tenant;
  await answers(db, 2);
  await db.run(
    db.build.insert(idempotencyKeys).values([
      { hash: 'i', requestHash: '', answer: await sealedByRoot('x', 'i'), createdAt: start },
      { hash: 'j', requestHash: '', answer: await sealedByRoot('x', 'another'), createdAt: start },
    ]),
  );
  await expect(reseal({}, depsOf(here, tenant))).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringMatching(/^3 sealed texts were left as they are.*"y2026"/),
  });
  expect(await usesOf(here, tenant.id)).toEqual([
    { id: 'y2027', texts: 1, status: 'newest' },
    { id: 'root', texts: 1, status: 'older' },
    { id: 'y2026', texts: 2, status: 'missing' },
  ]);
});

test('the word of the operator becomes one job in each database, however often', async () => {
  const here = await world(fresh, old);
  const { services } = here;
  const { id, db } = await here.tenant();
  await answers(db, 3);
  const caller = { services, origin: noOrigin, principal: { kind: 'operator' as const } };
  for (let n = 0; n < 2; n++) await renewSealing(caller, { limit: 10 });
  for (const one of [db, services.directory]) {
    const [rows] = await one.run(one.build.select().from(jobs).where(eq(jobs.kind, resealJobKind)));
    expect(rows).toHaveLength(1);
  }
  await runTenantJobs(here.runner({ [resealJobKind]: reseal }), id);
  expect(await countsOf(here, id)).toEqual({ y2027: 3 });
  const [left] = await db.run(db.build.select().from(jobs).where(eq(jobs.kind, resealJobKind)));
  expect(left).toEqual([]);
});

test('whoever seals has a place, so that no key is thrown away that is still needed', () => {
  const seals = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (path) =>
      path.endsWith('.ts') && readFileSync(join('src', path), 'utf8').includes('sealer.seal('),
  );
  expect(seals.sort()).toEqual([
    'jobs/handlers/reseal.ts',
    'operations/authority/make.ts',
    'operations/mail.ts',
    'operations/oidc/settings.ts',
    'operations/oidc/sign-in.ts',
    'operations/password.ts',
    'operations/repeat.ts',
    'operations/totp/change.ts',
    'operations/webhook/secret.ts',
  ]);
});
