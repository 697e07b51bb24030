// tenant.export: everything of a tenant as lines of JSON, but for secrets. It is read page by page
// while it is sent, so it takes little memory and is no snapshot: the last line says what it came
// to.

import { asc, count, desc, getTableColumns, gt, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../../db/database.ts';
import * as core from '../../db/schema/tenant.ts';
import { gatewayReports, peerTraffic } from '../../db/schema/tenant-observed.ts';
import * as outlets from '../../db/schema/tenant-outlets.ts';
import * as people from '../../db/schema/tenant-people.ts';
import * as pki from '../../db/schema/tenant-pki.ts';
import { receipts } from '../../db/schema/tenant-receipts.ts';
import { toUtf8 } from '../../model/encoding.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { type ExportLine, exportVersion } from '../../model/tenant-export.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';

const { revisions } = core;

interface Exported {
  table: SQLiteTable;
  /** Columns that stay: hashes of secrets, and what is sealed. */
  secrets?: readonly string[];
}

/** Every table, in the order in which they could be read in again. */
export const exportedTables: Readonly<Record<string, Exported>> = {
  tenant: { table: core.tenant },
  quotas: { table: core.quotas },
  users: { table: people.users, secrets: ['invitationHash'] },
  groups: { table: people.groups },
  groupMembers: { table: people.groupMembers },
  apiKeys: { table: people.apiKeys, secrets: ['hash'] },
  gateways: { table: core.gateways, secrets: ['enrollmentHash'] },
  devices: { table: core.devices, secrets: ['ikev2Secret'] },
  deviceGateways: { table: core.deviceGateways },
  credentials: { table: core.credentials },
  peers: { table: core.peers },
  authorities: { table: pki.authorities, secrets: ['privateKey'] },
  certificates: { table: pki.certificates },
  ikev2Peers: { table: pki.ikev2Peers },
  receipts: { table: receipts },
  links: { table: core.links, secrets: ['hash'] },
  webhooks: { table: outlets.webhooks, secrets: ['secret', 'previousSecret'] },
  syslog: { table: outlets.syslog },
  oidc: { table: outlets.oidc, secrets: ['clientSecret'] },
  mails: { table: outlets.mails },
  usage: { table: core.usage },
  quotaNotices: { table: core.quotaNotices },
  gatewayReports: { table: gatewayReports },
  peerTraffic: { table: peerTraffic },
  anchors: { table: core.anchors },
  revisions: { table: core.revisions },
};

const rowid = sql<number>`rowid`;

/** One page behind a row, as objects without secrets, and where it ended. */
async function readPage(db: Database, { table, secrets = [] }: Exported, after: number) {
  const columns = Object.entries(getTableColumns(table));
  const shown = Object.fromEntries(columns.filter(([name]) => !secrets.includes(name)));
  const query = db.build.select({ row: shown, rowid }).from(table).where(gt(rowid, after));
  const [page] = await db.run(query.orderBy(asc(rowid)).limit(limits.exportRowsPerPage));
  return { rows: page.map(({ row }) => row), last: page.at(-1)?.rowid ?? after };
}

async function readHead(db: Database) {
  const { number, hash } = revisions;
  const query = db.build.select({ number, hash }).from(revisions);
  const [[head]] = await db.run(query.orderBy(desc(number)).limit(1));
  if (!head) throw new SallyportError('internal', 'A tenant has no revision.');
  return head;
}

async function manifestOf({ db, tenantId, services }: TenantScope): Promise<ExportLine> {
  const counts: Record<string, number> = {};
  for (const [name, { table }] of Object.entries(exportedTables)) {
    const [[row]] = await db.run(db.build.select({ rows: count() }).from(table));
    counts[name] = row?.rows ?? 0;
  }
  const at = new Date(services.now()).toISOString();
  const head = await readHead(db);
  return { kind: 'manifest', version: exportVersion, tenantId, at, head, counts };
}

/** The lines, a page of rows at a time. */
async function* pagesOf(scope: TenantScope): AsyncGenerator<ExportLine[]> {
  const { db } = scope;
  yield [await manifestOf(scope)];
  let rows = 0;
  for (const [name, exported] of Object.entries(exportedTables)) {
    let page = await readPage(db, exported, 0);
    while (page.rows.length > 0) {
      rows += page.rows.length;
      yield page.rows.map((row) => ({ kind: 'row', table: name, row }));
      page = await readPage(db, exported, page.last);
    }
  }
  yield [{ kind: 'end', rows, head: await readHead(db) }];
}

/** @returns bytes of JSON lines; nothing is read before it is asked for */
export async function exportTenant(scope: TenantScope): Promise<ReadableStream<Uint8Array>> {
  requireWholeTenant(scope);
  await commit(scope, 'tenant.export', async () => ({
    subject: scope.tenantId,
    summary: {},
    writes: [],
    touched: [],
    result: undefined,
  }));
  const pages = pagesOf(scope);
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await pages.next();
        if (done) return controller.close();
        controller.enqueue(toUtf8(value.map((line) => `${JSON.stringify(line)}\n`).join('')));
      },
      async cancel() {
        await pages.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
