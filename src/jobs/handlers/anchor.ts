// anchor: signs the head of the log, once a day if there is anything new. The anchor is a revision
// of its own, so that it goes wherever the log goes: into exports, webhooks and syslog.

import { desc, eq } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { change } from '../../db/revision.ts';
import { anchors, revisions } from '../../db/schema/tenant.ts';
import { limits } from '../../model/limits.ts';
import { noOrigin } from '../../model/origin.ts';
import { sendOn } from '../../operations/outlets.ts';
import { signAnchor } from '../../pki/audit.ts';
import type { JobDeps, TenantHandler } from '../deps.ts';

/** The newest revision is an anchor: there is nothing new to vouch for. */
class NothingNew extends Error {}

async function hasNews(db: Database): Promise<boolean> {
  const query = db.build.select({ operation: revisions.operation }).from(revisions);
  const [[head]] = await db.run(query.orderBy(desc(revisions.number)).limit(1));
  return head !== undefined && head.operation !== 'audit.anchor';
}

async function anchorHead(deps: JobDeps & { tenantId: string }): Promise<void> {
  const { db, services, tenantId, now } = deps;
  const at = now();
  const author = { actor: 'system', operation: 'audit.anchor', origin: noOrigin, at } as const;
  await change(db, author, async (next) => {
    const query = db.build
      .select()
      .from(revisions)
      .where(eq(revisions.number, next - 1));
    const [[head]] = await db.run(query);
    if (!head || head.operation === 'audit.anchor') throw new NothingNew();
    const { number, hash } = head;
    const signature = await signAnchor(services.keys.state, { tenant: tenantId, number, hash, at });
    return {
      subject: tenantId,
      summary: { number, hash, signature },
      writes: [db.build.insert(anchors).values({ number, hash, at, signature })],
      result: undefined,
    };
  });
}

export const anchor: TenantHandler = async (_payload, deps) => {
  const { db, now } = deps;
  try {
    if (await hasNews(db)) await anchorHead(deps);
    await sendOn(deps);
  } catch (error) {
    if (!(error instanceof NothingNew)) throw error;
  }
  return { repeatAt: now() + limits.anchorEveryMilliseconds };
};
