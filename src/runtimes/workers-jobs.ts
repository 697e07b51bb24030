// The clock of the jobs at the edge: cron finds out whose jobs are due and hands the tenants to a
// queue, so that no invocation looks into more of them than its share of calls allows.

import { z } from 'zod';
import { takeDueWakeups } from '../db/wakeups.ts';
import type { Runner } from '../jobs/deps.ts';
import { runTenantJobs } from '../jobs/tenant.ts';
import { sweep } from '../jobs/tick.ts';
import { idSchema } from '../model/ids.ts';

const messageSchema = z.strictObject({ tenantId: idSchema('tenant') });
type Message = z.infer<typeof messageSchema>;

/** The binding of the queue, as far as it is used. */
export interface JobQueue {
  sendBatch(messages: { body: Message }[]): Promise<unknown>;
}

/** A message that the queue delivers. */
export interface Delivery {
  readonly body: unknown;
  ack(): void;
  retry(): void;
}

/**
 * Hands out the tenants whose jobs are due. A message that is lost, or cannot be sent, costs delay:
 * the tenant's wake-up comes due again when its lease ends.
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
  if (due.length > 0) await queue.sendBatch(due.map(({ tenantId }) => ({ body: { tenantId } })));
}

async function consumeOne(runner: Runner, delivery: Delivery): Promise<void> {
  const message = messageSchema.safeParse(delivery.body);
  if (!message.success) {
    runner.log.error({ err: message.error }, 'jobs.unknown_message');
    return delivery.ack();
  }
  const { tenantId } = message.data;
  try {
    await runTenantJobs(runner, tenantId);
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
