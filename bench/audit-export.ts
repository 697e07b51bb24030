// How fast a tenant's log is written and sent on, to a webhook over HTTPS and to syslog over TLS,
// whose receivers are real and in a process of their own. Beside it, what reading the log alone
// takes.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { asc, gt } from 'drizzle-orm';
import type { Database } from '../src/db/database.ts';
import { revisions } from '../src/db/schema/tenant.ts';
import type { Runner } from '../src/jobs/deps.ts';
import { handlers } from '../src/jobs/handlers.ts';
import { runTenantJobs } from '../src/jobs/tenant.ts';
import { limits } from '../src/model/limits.ts';
import { noOrigin } from '../src/model/origin.ts';
import { revisionView } from '../src/operations/audit/view.ts';
import { commit } from '../src/operations/commit.ts';
import { type TenantScope, wholeTenant } from '../src/operations/services.ts';
import { deleteSyslog } from '../src/operations/syslog/delete.ts';
import { getSyslog } from '../src/operations/syslog/get.ts';
import { setSyslog } from '../src/operations/syslog/set.ts';
import { createTenant } from '../src/operations/tenant/create.ts';
import { createWebhook } from '../src/operations/webhook/create.ts';
import { deleteWebhook } from '../src/operations/webhook/delete.ts';
import { getWebhook } from '../src/operations/webhook/get.ts';
import { readSettings } from '../src/runtimes/config.ts';
import { createNodeOutside } from '../src/runtimes/node-outside.ts';
import { createNodeServices } from '../src/runtimes/node-services.ts';
import { insertRevisions } from '../test/operations/audit/revisions.ts';
import { createAuthority } from '../test/providers/authority.ts';
import { type Sheet, whole } from './figures.ts';

const goalPerSecond = 1000;
const many = 20_000;
const some = 1000;
const latestSeconds = 5;

interface Receivers {
  ports: { webhook: number; syslog: number };
  counts(): Promise<{ webhook: number; syslog: number }>;
  stop(): void;
}

async function startReceivers(keyPath: string, certPath: string): Promise<Receivers> {
  const argv = ['bench/programs/log-receivers.ts', keyPath, certPath];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? 'null');
  return {
    ports: await next(),
    async counts() {
      child.stdin.write('\n');
      return next();
    },
    stop: () => child.stdin.end(),
  };
}

/** How many a second, when so many took the work. */
async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return count / ((performance.now() - started) / 1000);
}

async function readAll(db: Database): Promise<void> {
  const { number } = revisions;
  for (let cursor = 0; ; ) {
    const query = db.build.select().from(revisions).where(gt(number, cursor));
    const page = query.orderBy(asc(number)).limit(limits.outletPageRevisions);
    const [rows] = await db.run(page);
    const last = rows.map(revisionView).at(-1);
    if (!last) return;
    cursor = last.number;
  }
}

interface Place {
  scope: TenantScope;
  runner: Runner;
  receivers: Receivers;
  caPem: string;
}

async function changeOnce(scope: TenantScope): Promise<void> {
  const decision = { subject: 'u_1', summary: { name: 'Ada' }, writes: [], touched: [] };
  await commit(scope, 'user.create', async () => ({ ...decision, result: undefined }));
}

function addWebhook({ scope, receivers }: Place, batch: number) {
  const url = `https://127.0.0.1:${receivers.ports.webhook}/`;
  return createWebhook(scope, { url, batch });
}

function addSyslog({ scope, receivers, caPem }: Place) {
  const { syslog: port } = receivers.ports;
  return setSyslog(scope, { host: 'localhost', port, caPem, enabled: true });
}

async function measureWebhook(place: Place, batch: number, count: number): Promise<number> {
  const { scope, runner } = place;
  const { webhook } = await addWebhook(place, batch);
  await insertRevisions(scope.db, count);
  const lag = async () => (await getWebhook(scope, webhook.id)).state.lag;
  const found = await rate(count, async () => {
    while ((await lag()) > 0) await runTenantJobs(runner, scope.tenantId);
  });
  await deleteWebhook(scope, webhook.id);
  return found;
}

async function measureSyslog(place: Place, count: number): Promise<number> {
  const { scope, runner } = place;
  await addSyslog(place);
  await insertRevisions(scope.db, count);
  const found = await rate(count, async () => {
    while ((await getSyslog(scope)).state.lag > 0) await runTenantJobs(runner, scope.tenantId);
  });
  await deleteSyslog(scope);
  return found;
}

/** Writes as fast as it can while both go out. @returns rate of writing, seconds to the last */
async function measureTogether(place: Place, count: number): Promise<[number, number]> {
  const { scope, runner } = place;
  await addSyslog(place);
  const { webhook } = await addWebhook(place, limits.webhookBatchMost);
  let writing = true;
  const lag = async () =>
    Math.max((await getWebhook(scope, webhook.id)).state.lag, (await getSyslog(scope)).state.lag);
  const sending = (async () => {
    while (writing || (await lag()) > 0) {
      await runTenantJobs(runner, scope.tenantId);
      await new Promise((resolve) => setTimeout(resolve, limits.outletPauseMilliseconds));
    }
  })();
  const written = await rate(count, async () => {
    for (let n = 0; n < count; n++) await changeOnce(scope);
  });
  writing = false;
  const ended = performance.now();
  await sending;
  return [written, (performance.now() - ended) / 1000];
}

async function measureAll(sheet: Sheet, place: Place): Promise<void> {
  const { scope, receivers } = place;
  const written = await rate(some, async () => {
    for (let n = 0; n < some; n++) await changeOnce(scope);
  });
  await insertRevisions(scope.db, many);
  const read = await rate(many, () => readAll(scope.db));
  sheet.figure('baseline: the log read, pages of 500', whole(read), 'revisions/s');
  sheet.figure('written one by one, no outlet', whole(written), 'revisions/s');
  const before = await receivers.counts();
  const syslog = await measureSyslog(place, many);
  const batches = await measureWebhook(place, limits.webhookBatchMost, many);
  const single = await measureWebhook(place, 1, some);
  const after = await receivers.counts();
  sheet.figure('sent by syslog over TLS', whole(syslog), 'revisions/s');
  sheet.figure('sent by webhook, 200 at once', whole(batches), 'revisions/s');
  sheet.figure('sent by webhook, one by one', whole(single), 'revisions/s');
  const arrived = after.syslog - before.syslog >= many && after.webhook - before.webhook >= many;
  const [busy, seconds] = await measureTogether(place, 5 * some);
  sheet.figure('written while both go out', whole(busy), 'revisions/s');
  sheet.figure('the last arrived after', `${seconds.toFixed(1)} s`, 'after it was written');
  sheet.goal('everything arrived', arrived);
  sheet.goal('at least 1,000/s by syslog', syslog >= goalPerSecond);
  sheet.goal('at least 1,000/s by webhook', batches >= goalPerSecond);
  sheet.goal(`nothing later than ${latestSeconds} s`, seconds <= latestSeconds);
}

export async function auditExport(sheet: Sheet): Promise<void> {
  sheet.title('audit-export: the log of one tenant, written and sent on');
  const data = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const authority = createAuthority();
  tls.setDefaultCACertificates([...tls.getCACertificates(), authority.pem]);
  const { keyPath, certPath } = authority.issue('DNS:localhost', 'IP:127.0.0.1');
  const receivers = await startReceivers(keyPath, certPath);
  const settings = readSettings({ SALLYPORT_DATA: data, SALLYPORT_OUTBOUND_PRIVATE: 'allow' });
  const { services, close } = await createNodeServices(settings, 'https://vpn.example.com');
  try {
    const principal = { kind: 'operator' } as const;
    const caller = { services, principal, origin: noOrigin };
    const { tenant } = await createTenant(caller, { name: 'Bench', slug: 'bench' });
    const db = await services.tenants.open(tenant.id);
    if (!db) throw new Error('there is no database');
    const log = { info: () => undefined, error: console.error };
    const runner: Runner = {
      ...{ services, handlers, log, limits, stopping: new AbortController().signal },
      outside: createNodeOutside(settings.outside, data, log),
    };
    const scope: TenantScope = {
      ...{ ...caller, tenantId: tenant.id, db, actor: 'operator', reach: wholeTenant },
    };
    await measureAll(sheet, { scope, runner, receivers, caPem: authority.pem });
  } finally {
    await close();
    receivers.stop();
    authority.remove();
    rmSync(data, { recursive: true, force: true });
  }
}
