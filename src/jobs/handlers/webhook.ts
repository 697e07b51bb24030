// webhook: tells one webhook's receiver what happened since the last time.

import { and, eq, lt } from 'drizzle-orm';
import { z } from 'zod';
import { change } from '../../db/revision.ts';
import { webhooks } from '../../db/schema/tenant-outlets.ts';
import { SallyportError } from '../../model/errors.ts';
import { idSchema } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { noOrigin } from '../../model/origin.ts';
import { changesOf, type Revision } from '../../model/revision.ts';
import { sendOnAtOnce } from '../../operations/outlets.ts';
import { secretsOf } from '../../operations/webhook/secret.ts';
import { webhookBodies } from '../../render/webhook.ts';
import type { JobDeps, TenantHandler } from '../deps.ts';
import { type Outlet, runOutlet } from '../outlet.ts';

const payloadSchema = z.strictObject({ webhookId: idSchema('webhook') });

type Row = typeof webhooks.$inferSelect;
type Deps = JobDeps & { tenantId: string };

function isWanted({ operations }: Row, { operation }: Revision): boolean {
  return operations === null || operations.includes(operation);
}

/** Switches it off, and says so in the log. Somebody else may have done it meanwhile. */
async function giveUp(deps: Deps, { id }: Row, reason: string): Promise<void> {
  const { db, now, log, tenantId } = deps;
  const author = { actor: 'system', operation: 'webhook.update', origin: noOrigin } as const;
  await change(db, { ...author, at: now() }, async (revision) => {
    const [[row]] = await db.run(db.build.select().from(webhooks).where(eq(webhooks.id, id)));
    if (!row?.enabled) throw new Gone();
    const after = { ...row, enabled: false };
    const set = { enabled: false, revision };
    return {
      subject: id,
      summary: { ...changesOf(row, after, ['enabled']), reason },
      writes: [db.build.update(webhooks).set(set).where(eq(webhooks.id, id))],
      result: undefined,
    };
  }).catch((error: unknown) => {
    if (!(error instanceof Gone)) throw error;
  });
  log.error({ tenantId, webhookId: id, reason }, 'webhook.disabled');
  await sendOnAtOnce(deps);
}

class Gone extends Error {}

function outletOf(deps: Deps, row: Row, secrets: readonly string[]): Outlet {
  const { db, services, tenantId, now, signal } = deps;
  const { id, url, batch } = row;
  return {
    ...row,
    name: id,
    page: limits.outletPageRevisions,
    again: 0,
    async send(news, arrived) {
      const wanted = news.filter((revision) => isWanted(row, revision));
      for (const { first, last, body } of webhookBodies(tenantId, wanted, batch)) {
        const event = {
          secrets: [...secrets],
          id: `${id}-${first}-${last}`,
          timestamp: now(),
          body,
        };
        await deps.webhooks.deliver({ ...event, url }, signal);
        await arrived(last);
      }
      await arrived(news.at(-1)?.number ?? row.cursor);
    },
    write(state, cursor) {
      const behind = cursor === undefined ? undefined : lt(webhooks.cursor, cursor);
      return db.build
        .update(webhooks)
        .set(state)
        .where(and(eq(webhooks.id, id), behind));
    },
    async isOver({ error, message, failingSince }) {
      const isGone = error instanceof SallyportError && error.code === 'webhook_gone';
      const days = limits.webhookFailingMostMilliseconds;
      if (!isGone && services.now() - failingSince < days) return false;
      await giveUp(deps, row, message);
      return true;
    },
  };
}

export const webhook: TenantHandler = async (payload, deps) => {
  const { webhookId } = payloadSchema.parse(payload);
  const { db, services } = deps;
  const query = db.build.select().from(webhooks).where(eq(webhooks.id, webhookId));
  const [[row]] = await db.run(query);
  if (!row?.enabled) return 'done';
  return runOutlet(deps, outletOf(deps, row, await secretsOf(services, row)));
};
