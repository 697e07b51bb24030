// The clock of the jobs at the edge: cron finds out whose jobs are due and hands the tenants to a
// queue, so that no invocation looks into more of them than its share of calls allows.

import { z } from 'zod';
import { takeDueWakeups } from '../db/wakeups.ts';
import type { Runner } from '../jobs/deps.ts';
import { isDirectoryDue, runDirectoryJobs } from '../jobs/directory.ts';
import { runTenantJobs } from '../jobs/tenant.ts';
import { sweep } from '../jobs/tick.ts';
import { idSchema } from '../model/ids.ts';

/** Null is the directory's own queue. */
const messageSchema = z.strictObject({ tenantId: idSchema('tenant').nullable() });
type Message = z.infer<typeof messageSchema>;

/** The binding of the queue, as far as it is used. */
export interface JobQueue {
  sendBatch(messages: { body: Message; delaySeconds?: number }[]): Promise<unknown>;
}

/** A message that the queue delivers. */
export interface Delivery {
  readonly body: unknown;
  ack(): void;
  retry(): void;
}

/** Has a tenant looked into, or the directory (undefined), as soon as the queue delivers it. */
export async function handOut(
  queue: JobQueue,
  tenantId: string | undefined,
  afterMilliseconds = 0,
): Promise<void> {
  const delaySeconds = Math.ceil(afterMilliseconds / 1000);
  await queue.sendBatch([{ body: { tenantId: tenantId ?? null }, delaySeconds }]);
}

/**
 * Hands out the tenants whose jobs are due, and the directory. A message that is lost, or cannot be
 * sent, costs delay: the tenant's wake-up comes due again when its lease ends.
 * @throws SallyportError when the directory is out of order
 */
export async function handOutTenants(runner: Runner, queue: JobQueue): Promise<void> {
  const { services, limits } = runner;
  await sweep(runner);
  const due = await takeDueWakeups(
    services.directory,
    services.now(),
    limits.wakeupLeaseMilliseconds,
    limits.wakeupsPerTick,
  );
  const messages: { body: Message }[] = due.map(({ tenantId }) => ({ body: { tenantId } }));
  if (await isDirectoryDue(runner)) messages.unshift({ body: { tenantId: null } });
  // A queue takes 100 messages at once.
  for (let first = 0; first < messages.length; first += limits.queueMessagesPerSend)
    await queue.sendBatch(messages.slice(first, first + limits.queueMessagesPerSend));
}

async function consumeOne(runner: Runner, delivery: Delivery): Promise<void> {
  const message = messageSchema.safeParse(delivery.body);
  if (!message.success) {
    runner.log.error({ err: message.error }, 'jobs.unknown_message');
    return delivery.ack();
  }
  const { tenantId } = message.data;
  try {
    await (tenantId === null ? runDirectoryJobs(runner) : runTenantJobs(runner, tenantId));
    delivery.ack();
  } catch (error) {
    runner.log.error({ tenantId, err: error }, 'jobs.unreachable');
    delivery.retry();
  }
}

/** Looks into the tenants that the messages name, one after the other. */
export async function consumeTenants(
  runner: Runner,
  deliveries: readonly Delivery[],
): Promise<void> {
  for (const delivery of deliveries) await consumeOne(runner, delivery);
}
