// Mails as jobs; that the mailer speaks SMTP is tested in test/providers.

import { describe, expect, test } from 'vitest';
import { enqueueJob } from '../../../src/db/queue.ts';
import { jobs as directoryJobs } from '../../../src/db/schema/directory.ts';
import { mails } from '../../../src/db/schema/tenant-outlets.ts';
import type { Mailer, Runner } from '../../../src/jobs/deps.ts';
import { runDirectoryJobs } from '../../../src/jobs/directory.ts';
import { mail as handler } from '../../../src/jobs/handlers/mail.ts';
import { runTenantJobs } from '../../../src/jobs/tenant.ts';
import { SallyportError } from '../../../src/model/errors.ts';
import { limits } from '../../../src/model/limits.ts';
import type { Mail } from '../../../src/model/mail.ts';
import { mailPurpose } from '../../../src/operations/mail.ts';
import { createWorld, enqueue, jobsOf, type World } from '../world.ts';

const secret = 'code 4711';
const mail: Mail = {
  to: 'anna@example.test',
  fromName: 'Acme',
  subject: 'Hello',
  text: secret,
  html: `<p>${secret}</p>`,
  messageId: 'm_0123456789abcdef',
};
const mailId = 'm_0123456789abcdef';

/** A mailer that fails as it is told, then takes what comes. */
function mailer(failures: SallyportError[] = []) {
  const sent: Mail[] = [];
  const send: Mailer['send'] = async (one) => {
    sent.push(one);
    const failure = failures.shift();
    if (failure) throw failure;
  };
  return { sent, outside: { mail: { send } } };
}

async function queuedMail(world: World) {
  const tenant = await world.tenant();
  const { db } = tenant;
  const createdAt = world.clock.now;
  const row = { kind: 'invitation', recipient: mail.to, subject: mail.subject, about: 'u_1' };
  const sealed = await world.services.keys.sealer.seal(JSON.stringify(mail), mailPurpose);
  const payload = { sealed, mailId };
  const job = { id: 'j_1', kind: 'mail', payload, dueAt: createdAt, createdAt };
  await db.run(
    db.build.insert(mails).values({ ...row, id: mailId, status: 'queued', createdAt }),
    enqueueJob(db, job),
  );
  const read = async () => {
    const [[found]] = await db.run(db.build.select().from(mails));
    return found;
  };
  return { ...tenant, read };
}

async function runUntilSettled(world: World, runner: Runner, tenant: { id: string }) {
  const { db } = tenant as Awaited<ReturnType<typeof queuedMail>>;
  for (let n = 0; n < 20; n++) {
    await runTenantJobs(runner, tenant.id);
    const [job] = await jobsOf({ db });
    if (job?.status !== 'waiting') return;
    world.clock.now = job.dueAt;
  }
  throw new Error('it goes on for ever');
}

const busy = () => new SallyportError('outside_unavailable', '450 <anna@example.test> later');

describe('a mail of a tenant', () => {
  test('is sent, and its row says when', async () => {
    const world = await createWorld();
    const tenant = await queuedMail(world);
    const { sent, outside } = mailer();
    await runTenantJobs(world.runner({ mail: handler }, {}, outside), tenant.id);
    expect(sent).toEqual([mail]);
    expect(await tenant.read()).toMatchObject({ status: 'sent', sentAt: world.clock.now });
    expect(await jobsOf(tenant)).toEqual([]);
  });

  test('is tried again as the same mail, and shows the last trouble meanwhile', async () => {
    const world = await createWorld();
    const tenant = await queuedMail(world);
    const { sent, outside } = mailer([busy(), busy()]);
    const runner = world.runner({ mail: handler }, {}, outside);
    await runTenantJobs(runner, tenant.id);
    expect(await tenant.read()).toMatchObject({ status: 'queued', error: busy().message });
    await runUntilSettled(world, runner, tenant);
    expect(sent).toEqual([mail, mail, mail]);
    expect(await tenant.read()).toMatchObject({ status: 'sent', error: null });
  });

  test('is given up after more than a day of trouble', async () => {
    const world = await createWorld();
    const tenant = await queuedMail(world);
    const { sent, outside } = mailer(Array.from({ length: 50 }, busy));
    const began = world.clock.now;
    await runUntilSettled(world, world.runner({ mail: handler }, {}, outside), tenant);
    expect(sent).toHaveLength(limits.jobAttempts);
    expect(world.clock.now - began).toBeGreaterThan(24 * 3_600_000);
    expect(await tenant.read()).toMatchObject({ status: 'refused', error: busy().message });
    expect(await jobsOf(tenant)).toMatchObject([{ status: 'dead' }]);
  });

  test("that is refused for good is dead at once, with the server's words", async () => {
    const world = await createWorld();
    const tenant = await queuedMail(world);
    const words = 'The mail server refuses the mail: 550 5.1.1 <anna@example.test> no such box';
    const { sent, outside } = mailer([new SallyportError('mail_refused', words)]);
    await runUntilSettled(world, world.runner({ mail: handler }, {}, outside), tenant);
    expect(sent).toHaveLength(1);
    expect(await tenant.read()).toMatchObject({ status: 'refused', error: words });
  });

  test('leaves neither address nor content in the log or the queue', async () => {
    const world = await createWorld();
    const tenant = await queuedMail(world);
    const refused = new SallyportError('mail_refused', `550 <${mail.to}>: ${secret}`);
    const { outside } = mailer([busy(), refused]);
    const before = JSON.stringify(await jobsOf(tenant));
    await runUntilSettled(world, world.runner({ mail: handler }, {}, outside), tenant);
    const kept = before + JSON.stringify([world.logs, await jobsOf(tenant)]);
    expect(kept).toContain('450');
    for (const text of ['anna', 'example.test', secret, 'Hello']) expect(kept).not.toContain(text);
  });

  test('stays sent when it is run once more', async () => {
    const world = await createWorld();
    const tenant = await queuedMail(world);
    const [job] = await jobsOf(tenant);
    const payload: Record<string, unknown> = JSON.parse(job?.payload ?? '');
    const again = { id: 'j_2', kind: 'mail', payload, dueAt: world.clock.now, createdAt: 0 };
    const { outside } = mailer();
    await runTenantJobs(world.runner({ mail: handler }, {}, outside), tenant.id);
    await tenant.db.run(enqueueJob(tenant.db, again));
    await enqueue(world, tenant, { id: 'j_3' });
    const broken = mailer([new SallyportError('mail_refused', 'no')]);
    await runTenantJobs(world.runner({ mail: handler }, {}, broken.outside), tenant.id);
    expect(await tenant.read()).toMatchObject({ status: 'sent', error: null });
  });
});

describe('a mail of nobody', () => {
  async function enqueueSealed(world: World, text: string, purpose: string) {
    const { directory, keys } = world.services;
    const payload = { sealed: await keys.sealer.seal(text, purpose) };
    const job = { id: 'j_1', kind: 'mail', payload, dueAt: world.clock.now, createdAt: 0 };
    await directory.run(enqueueJob(directory, job));
  }

  test("is sent from the directory's queue", async () => {
    const world = await createWorld();
    await enqueueSealed(world, JSON.stringify(mail), mailPurpose);
    const { sent, outside } = mailer();
    await runDirectoryJobs(world.runner({ mail: handler }, {}, outside));
    expect(sent).toEqual([mail]);
  });

  test.each([
    ['sealed for something else', JSON.stringify(mail), 'totp', 'waiting'],
    ['no mail', '{"to":"anna"}', mailPurpose, 'dead'],
  ])('that is %s is not sent', async (_what, text, purpose, status) => {
    const world = await createWorld();
    await enqueueSealed(world, text, purpose);
    const { sent, outside } = mailer();
    await runDirectoryJobs(world.runner({ mail: handler }, {}, outside));
    expect(sent).toEqual([]);
    const { directory } = world.services;
    const [rows] = await directory.run(directory.build.select().from(directoryJobs));
    expect(rows).toMatchObject([{ status }]);
    expect(JSON.stringify(world.logs)).not.toContain('anna');
  });
});
