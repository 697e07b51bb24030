// The log as webhooks, to a real receiver that has its moods.

import tls from 'node:tls';
import { eq } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revisions } from '../../../src/db/schema/tenant.ts';
import { jobs } from '../../../src/db/schema/tenant-outlets.ts';
import { limits } from '../../../src/model/limits.ts';
import type { CreateWebhook } from '../../../src/model/outlet.ts';
import { createWebhook } from '../../../src/operations/webhook/create.ts';
import { deleteWebhook } from '../../../src/operations/webhook/delete.ts';
import { getWebhook } from '../../../src/operations/webhook/get.ts';
import { updateWebhook } from '../../../src/operations/webhook/update.ts';
import { type Authority, createAuthority } from '../../providers/authority.ts';
import {
  accepts,
  answers,
  createPlace,
  eventsOf,
  numbersOf,
  type Place,
  type Receiver,
  startReceiver,
} from '../outlets.ts';
import { jobsOf } from '../world.ts';

const day = 24 * 3_600_000;

let authority: Authority;
beforeAll(() => {
  authority = createAuthority();
  tls.setDefaultCACertificates([...tls.getCACertificates(), authority.pem]);
});
afterAll(() => authority.remove());

/** A tenant with a webhook; its own revision is number 2. */
async function prepared(input: Partial<CreateWebhook> = {}) {
  const receiver = await startReceiver(authority.issue('IP:127.0.0.1'));
  const place = await createPlace();
  const { webhook, secret } = await createWebhook(place.scope, { url: receiver.url, ...input });
  const state = async () => (await getWebhook(place.scope, webhook.id)).state;
  return { ...place, receiver, id: webhook.id, secret: secret ?? '', state };
}

function upTo(last: number, first = 2): number[] {
  return Array.from({ length: last - first + 1 }, (_, n) => first + n);
}

async function newest({ db }: Place['scope']) {
  const [rows] = await db.run(db.build.select().from(revisions));
  return rows.at(-1);
}

describe('a webhook', () => {
  test('is told of every change from its own making on, in order, each signed', async () => {
    const { change, look, receiver, secret, state, scope, id } = await prepared();
    await change(3);
    await look();
    expect(receiver.received.map((request) => eventsOf(request)[0]?.type)).toEqual([
      ...['webhook.create', 'user.create', 'user.create', 'user.create'],
    ]);
    expect(numbersOf(receiver)).toEqual(upTo(5));
    for (const { body, headers } of receiver.received) {
      new Webhook(secret).verify(body, headers);
      const [event] = eventsOf({ body, headers });
      expect(headers['webhook-id']).toBe(`${id}-${event?.data.number}-${event?.data.number}`);
      expect(event?.data).toMatchObject({ tenantId: scope.tenantId, operation: event?.type });
    }
    expect(await state()).toMatchObject({ cursor: 5, lag: 0, failures: 0, lastError: null });
  });

  test('hears nothing twice when nothing went wrong', async () => {
    const { change, look, receiver } = await prepared();
    for (let n = 0; n < 3; n++) {
      await change(2);
      await look();
      await look();
    }
    expect(receiver.received.flatMap(eventsOf).map(({ data }) => data.number)).toEqual(upTo(8));
  });

  test('takes as many at once as it says, and no body is too long', async () => {
    const { change, look, receiver } = await prepared({ batch: 200 });
    await change(450);
    await look();
    expect(numbersOf(receiver)).toEqual(upTo(452));
    const sizes = receiver.received.map(({ body }) => body.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.webhookBodyLength);
    expect(receiver.received.length).toBeLessThan(10);
    const first = receiver.received[0];
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ type: 'audit.batch' });
  });

  test('hears of the operations that it wants, and comes past the others', async () => {
    const { change, look, receiver, state, scope, id } = await prepared({
      operations: ['webhook.update'],
    });
    await change(4);
    await updateWebhook(scope, id, { description: 'New name' });
    await change(2);
    await look();
    expect(numbersOf(receiver)).toEqual([7]);
    expect(await state()).toMatchObject({ cursor: 9, lag: 0 });
  });

  test('that was changed elsewhere is looked at by itself, ever more rarely', async () => {
    const { scope, look, receiver, change } = await prepared();
    await look();
    // Another process does not know yet that there is a webhook.
    const standing = scope.services.standingCache;
    const known = standing.get(scope.tenantId);
    if (known) standing.set(scope.tenantId, { ...known, hasOutlets: false }, Number.MAX_VALUE);
    const number = await change();
    await look(limits.outletLookLeastMilliseconds);
    expect(numbersOf(receiver).at(-1)).toBe(number);
  });
});

describe('a receiver', () => {
  test('that fails is tried again later and later, and then misses nothing', async () => {
    const { change, look, receiver, state, world, scope } = await prepared();
    receiver.answer = answers(500);
    await change(3);
    await look();
    const waits: number[] = [];
    for (let n = 0; n < 6; n++) {
      const [job] = await jobsOf(scope);
      waits.push((job?.dueAt ?? 0) - world.clock.now);
      await look((job?.dueAt ?? 0) - world.clock.now);
    }
    expect(waits.map((wait) => wait / 1000)).toEqual([15, 60, 240, 960, 3600, 3600]);
    expect(await state()).toMatchObject({ cursor: 1, failures: 7, lag: 4 });
    expect((await state()).lastError).toContain('it answered 500');
    receiver.answer = accepts;
    await change();
    // A change does not hurry what waits for its receiver.
    await look();
    expect((await state()).failures).toBe(7);
    await look(3_600_000);
    expect(numbersOf(receiver)).toEqual(upTo(6));
    expect(await state()).toMatchObject({ cursor: 6, failures: 0, failingSince: null });
  });

  test('that dies in the middle hears the rest, and the one it died of again', async () => {
    const { change, look, receiver } = await prepared();
    await change(5);
    receiver.answer = (request, response) => {
      if (receiver.received.length < 4) return accepts(request, response);
      request.socket.destroy();
      return undefined;
    };
    await look();
    expect(numbersOf(receiver)).toEqual(upTo(5));
    receiver.answer = accepts;
    await look(limits.outletRetryLeastMilliseconds);
    const all = receiver.received.flatMap(eventsOf).map(({ data }) => data.number);
    expect(all).toEqual([2, 3, 4, 5, 5, 6, 7]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids[3]).toBe(ids[4]);
  });

  test('that says 410 is sent nothing more, and the log says why', async () => {
    const { change, look, receiver, scope, id } = await prepared();
    receiver.answer = answers(410);
    await change(2);
    await look();
    expect(await getWebhook(scope, id)).toMatchObject({ enabled: false });
    expect(await jobsOf(scope)).toEqual([]);
    expect(await newest(scope)).toMatchObject({
      operation: 'webhook.update',
      actor: 'system',
      subject: id,
      summary: { 'enabled.before': true, 'enabled.after': false },
    });
    await change();
    await look(day);
    expect(receiver.received).toHaveLength(1);
  });

  test('that fails for days is given up with a notice, and goes on where it was', async () => {
    const { change, look, receiver, scope, id, state } = await prepared();
    receiver.answer = answers(503);
    await change();
    await look();
    await look(limits.webhookFailingMostMilliseconds - 1000);
    expect(await getWebhook(scope, id)).toMatchObject({ enabled: true });
    await look(3_600_000);
    expect(await getWebhook(scope, id)).toMatchObject({ enabled: false });
    await change(3);
    receiver.answer = accepts;
    await updateWebhook(scope, id, { enabled: true });
    expect(await state()).toMatchObject({ failures: 0, cursor: 1 });
    await look();
    expect(numbersOf(receiver)).toEqual(upTo(8));
  });

  test('that never answers does not keep the log from going on elsewhere', async () => {
    const { change, look, receiver, scope } = await prepared();
    const other = await startReceiver();
    await createWebhook(scope, { url: other.url });
    receiver.answer = () => undefined;
    await change(2);
    const looking = look();
    await expect.poll(() => numbersOf(other)).toEqual([3, 4, 5]);
    receiver.answer = accepts;
    await looking;
    await look(limits.outletRetryLeastMilliseconds);
    expect(numbersOf(receiver)).toEqual(upTo(5));
  }, 30_000);
});

test('two runs at once send twice and skip nothing', async () => {
  const { change, look, receiver, scope, state } = await prepared({ batch: 3 });
  await change(7);
  const ends: (() => void)[] = [];
  receiver.answer = (request, response) => {
    ends.push(() => accepts(request, response));
    if (ends.length === 1) return;
    for (const end of ends.splice(0)) end();
  };
  const first = look();
  await expect.poll(() => receiver.received.length).toBe(1);
  // As if its lease had run out.
  const update = scope.db.build.update(jobs).set({ dueAt: 0, attempts: 0 });
  const again = update.where(eq(jobs.kind, 'webhook'));
  await scope.db.run(again);
  await Promise.all([first, look()]);
  receiver.answer = accepts;
  for (const end of ends) end();
  await look(day / 12);
  expect(numbersOf(receiver)).toEqual(upTo(9));
  expect(await state()).toMatchObject({ cursor: 9, lag: 0 });
}, 30_000);

test('a new secret signs at once, the one before for a day', async () => {
  const { change, look, receiver, scope, id, secret } = await prepared();
  const rotated = await updateWebhook(scope, id, { rotateSecret: true });
  expect(rotated.secret).not.toBe(secret);
  await look();
  const check = (receiver: Receiver, key: string) => {
    const { body = '', headers = {} } = receiver.received.at(-1) ?? {};
    return () => new Webhook(key).verify(body, headers);
  };
  expect(check(receiver, secret)).not.toThrow();
  expect(check(receiver, rotated.secret ?? '')).not.toThrow();
  await change();
  await look(day);
  const late = receiver.received.at(-1);
  const signatures = late?.headers['webhook-signature']?.split(' ');
  expect(signatures).toHaveLength(1);
  const at = new Date(Number(late?.headers['webhook-timestamp']) * 1000);
  const mine = new Webhook(rotated.secret ?? '').sign(
    late?.headers['webhook-id'] ?? '',
    at,
    late?.body ?? '',
  );
  expect(signatures).toEqual([mine]);
});

test('a webhook that was deleted is told nothing more', async () => {
  const { change, look, receiver, scope, id } = await prepared();
  await look();
  await deleteWebhook(scope, id);
  await change();
  await look(limits.outletLookLeastMilliseconds);
  expect(numbersOf(receiver)).toEqual([2]);
  expect(await jobsOf(scope)).toEqual([]);
});
