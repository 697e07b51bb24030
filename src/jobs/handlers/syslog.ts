// syslog: sends the log to the tenant's syslog server. Syslog has no receipts; what counts is that
// the server took everything and closed the connection after us. One that was stopped in the middle
// can look like that too, or lose what it had taken: so once it was away, the last comes again.

import { and, eq, lt } from 'drizzle-orm';
import { syslog as table } from '../../db/schema/tenant-outlets.ts';
import { limits } from '../../model/limits.ts';
import type { Revision } from '../../model/revision.ts';
import { renderSyslog, type SyslogMessage } from '../../render/syslog.ts';
import type { JobDeps, TenantHandler } from '../deps.ts';
import { type Outlet, runOutlet } from '../outlet.ts';

type Row = typeof table.$inferSelect;
type Deps = JobDeps & { tenantId: string };

function messageOf(tenantId: string, revision: Revision, hostname: string): SyslogMessage {
  const { number, at, actor, hash, operation, ...rest } = revision;
  const named = { tenantId, revision: number, actor, hash, operation };
  const entry = { operation, ...rest };
  return renderSyslog({ ...named, at: Date.parse(at), outcome: 'done', entry }, hostname);
}

function outletOf({ db, services, syslog, tenantId, signal }: Deps, row: Row): Outlet {
  const { host, port, caPem } = row;
  const target = { host, port, ...(caPem === null ? {} : { caPem }) };
  const { hostname } = new URL(services.publicUrl);
  return {
    ...row,
    name: 'syslog',
    page: limits.syslogMessagesPerSend,
    again: limits.syslogMessagesPerSend,
    async send(news, arrived) {
      const messages = news.map((revision) => messageOf(tenantId, revision, hostname));
      await syslog.send(target, messages, signal);
      await arrived(news.at(-1)?.number ?? row.cursor);
    },
    write(state, cursor) {
      const behind = cursor === undefined ? undefined : lt(table.cursor, cursor);
      return db.build
        .update(table)
        .set(state)
        .where(and(eq(table.id, row.id), behind));
    },
    // A log server that is away for a week comes back and wants the week.
    isOver: async () => false,
  };
}

export const syslog: TenantHandler = async (_payload, deps) => {
  const [[row]] = await deps.db.run(deps.db.build.select().from(table));
  return row?.enabled ? runOutlet(deps, outletOf(deps, row)) : 'done';
};
