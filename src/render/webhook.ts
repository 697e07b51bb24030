// Changes of a tenant as the body of a webhook (Standard Webhooks: type, timestamp, data).

import { limits } from '../model/limits.ts';
import type { Revision } from '../model/revision.ts';

export interface WebhookBody {
  /** What the receiver may know it by, if it comes twice. */
  first: number;
  last: number;
  body: string;
}

function eventText(tenantId: string, revision: Revision): string {
  const event = (data: object) =>
    JSON.stringify({ type: revision.operation, timestamp: revision.at, data });
  const text = event({ tenantId, ...revision });
  if (text.length <= mostOfOne) return text;
  const summary = { leftOut: true, characters: text.length };
  return event({ tenantId, ...revision, summary });
}

/** Room for what stands around events in a batch. */
const frame = 512;
const mostOfOne = limits.webhookBodyLength - frame;

/** The revisions as bodies, in order: one event each, or batches of up to `batch` events. */
export function webhookBodies(
  tenantId: string,
  revisions: readonly Revision[],
  batch: number,
): WebhookBody[] {
  const events = revisions.map((revision) => ({
    number: revision.number,
    at: revision.at,
    text: eventText(tenantId, revision),
  }));
  if (batch === 1)
    return events.map(({ number, text }) => ({ first: number, last: number, body: text }));
  const bodies: WebhookBody[] = [];
  for (let from = 0; from < events.length; ) {
    let to = from;
    let length = 0;
    while (to < events.length && to - from < batch) {
      length += (events[to]?.text.length ?? 0) + 1;
      if (length > mostOfOne + 1) break;
      to++;
    }
    const [taken, last] = [events.slice(from, to), events[to - 1]];
    const texts = taken.map(({ text }) => text).join(',');
    const head = `{"type":"audit.batch","timestamp":${JSON.stringify(last?.at)}`;
    const body = `${head},"data":{"tenantId":${JSON.stringify(tenantId)},"events":[${texts}]}}`;
    bodies.push({ first: taken[0]?.number ?? 0, last: last?.number ?? 0, body });
    from = to;
  }
  return bodies;
}
