// Answers to questions that were held open. Who asks was let in when the question came, and what a
// change means to many gateways of a tenant is read for all of them at once.

import { newId } from '../model/ids.ts';
import type { Log } from '../model/log.ts';
import { getDeltas } from '../operations/gateway/state.ts';
import type { Services } from '../operations/services.ts';
import { type ReportPace, reportAfterHeader } from './report-pace.ts';
import type { Wait } from './wait.ts';

export interface NewsAnswer {
  status: 200 | 204;
  headers: Record<string, string>;
  /** ASCII. */
  body?: string;
}

/**
 * The answers to held questions of any tenants, once their wait is over, in their order. Undefined
 * where the question has to be asked anew: what there is to say takes more than a delta, or failed.
 */
export type News = (waits: readonly Wait[]) => Promise<(NewsAnswer | undefined)[]>;

export function createNews(services: Services, log: Log, pace: ReportPace): News {
  const { hub, metrics, now, random, tenants } = services;

  async function documentsOf(tenantId: string, waits: Wait[]): Promise<Map<Wait, string>> {
    try {
      const db = await tenants.open(tenantId);
      return db ? await getDeltas({ services, db }, waits) : new Map();
    } catch {
      // Asked anew, each question gets its own answer to that.
      return new Map();
    }
  }

  /** As every answer is, at the border; one that says that there is nothing new is no event. */
  function note(wait: Wait, status: 200 | 204, began: number): string {
    const requestId = newId('request', random);
    const milliseconds = now() - began;
    metrics.requests.add('gateway.state', '2xx');
    metrics.durations.observe('watch', milliseconds / 1000);
    const { tenantId, gatewayId: actor, address } = wait;
    const what = { requestId, method: 'GET', route: '/v1/agent/state', status };
    if (status === 200) log.info({ ...what, actor, tenantId, address, milliseconds }, 'request');
    return requestId;
  }

  function answer(wait: Wait, document: string | undefined, began: number): NewsAnswer {
    const status = document === undefined ? 204 : 200;
    const headers: Record<string, string> = { 'x-request-id': note(wait, status, began) };
    if (document === undefined) return { status, headers };
    const reportAfter = pace(now());
    headers['content-type'] = 'application/jose';
    if (reportAfter > 0) headers[reportAfterHeader] = String(reportAfter);
    return { status, headers, body: document };
  }

  return async (waits) => {
    const began = now();
    const notes = await Promise.all(waits.map((wait) => hub.recall(wait)));
    const isNew = (wait: Wait, index: number) => (notes[index]?.revision ?? 0) > wait.since;
    const byTenant = [...Map.groupBy(waits.filter(isNew), (wait) => wait.tenantId)];
    const found = await Promise.all(byTenant.map(([id, own]) => documentsOf(id, own)));
    const documents = new Map(found.flatMap((ofTenant) => [...ofTenant]));
    return waits.map((wait, index) => {
      const document = documents.get(wait);
      // A gateway that the hub has forgotten may be gone.
      if (!notes[index] || (isNew(wait, index) && document === undefined)) return undefined;
      return answer(wait, document, began);
    });
  };
}
