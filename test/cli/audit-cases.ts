// The commands of the log and of where it goes, for commands.test.ts.

import * as canned from './answers.ts';
import type { Case } from './world.ts';

const { deviceId, tenantId, userId } = canned;
const tenant = `/v1/tenants/${tenantId}`;
export const page = (item: object) => ({ items: [item, item], next: null });

export const auditCases: Case[] = [
  {
    words: ['audit', 'list'],
    asks: `GET ${tenant}/audit`,
    answers: { body: page(canned.revision) },
    shows: ['12  2026-11-22 12:18Z  device.reissue  d_7m3k9q0c7x1v5t8b\n'],
  },
  {
    words: [
      ...['audit', 'list', '--operation', 'device.*', '--actor', userId, '--subject', deviceId],
      ...['--from', '2026-11-22T00:00:00Z', '--limit', '2'],
    ],
    asks:
      `GET ${tenant}/audit?limit=2&operation=device.*&actor=${userId}&subject=${deviceId}` +
      '&from=2026-11-22T00%3A00%3A00Z',
    answers: { body: page(canned.revision) },
    shows: ['device.reissue'],
  },
  {
    words: ['audit', 'verify'],
    asks: `GET ${tenant}/audit/verify`,
    answers: { body: canned.verification },
    shows: ['verified  12 revisions, 1 to 12', 'anchors   2', 'fault     none'],
  },
  {
    words: ['webhook', 'create', '--url', 'https://h.test/x', '--operation', 'device.create'],
    asks: `POST ${tenant}/webhooks`,
    sends: { url: 'https://h.test/x', operations: ['device.create'] },
    answers: { status: 201, body: canned.issuedWebhook },
    shows: ['delivered    up to 11, 1 behind', 'never again', `\n${canned.issuedWebhook.secret}\n`],
  },
  {
    words: ['webhook', 'list'],
    asks: `GET ${tenant}/webhooks`,
    answers: { body: page(canned.webhook) },
    shows: [`${canned.webhookId}  `, 'BEHIND'],
  },
  {
    words: ['webhook', 'get', canned.webhookId],
    asks: `GET ${tenant}/webhooks/${canned.webhookId}`,
    answers: { body: canned.webhook },
    shows: ['failures     3 since 2026-11-22 12:18Z', 'last error   it answered 500'],
  },
  {
    words: ['webhook', 'update', canned.webhookId, '--disable', '--all-operations', '--batch', '9'],
    asks: `PATCH ${tenant}/webhooks/${canned.webhookId}`,
    sends: { operations: null, batch: 9, enabled: false },
    answers: { body: { webhook: canned.webhook, secret: null } },
    shows: [canned.webhookId],
  },
  {
    words: ['webhook', 'update', canned.webhookId, '--rotate-secret'],
    asks: `PATCH ${tenant}/webhooks/${canned.webhookId}`,
    sends: { rotateSecret: true },
    answers: { body: canned.issuedWebhook },
    shows: [canned.issuedWebhook.secret ?? ''],
  },
  {
    words: ['webhook', 'delete', canned.webhookId],
    asks: `DELETE ${tenant}/webhooks/${canned.webhookId}`,
    answers: { status: 204 },
    shows: [`${canned.webhookId} is deleted.\n`],
  },
  {
    words: ['webhook', 'test', canned.webhookId],
    asks: `POST ${tenant}/webhooks/${canned.webhookId}/test`,
    answers: { body: { delivered: true, answer: 'The receiver took it.' } },
    shows: ['The receiver took it.\n'],
  },
  {
    words: ['syslog', 'set', '--host', 'logs.test', '--port', '6515'],
    asks: `PUT ${tenant}/syslog`,
    sends: { host: 'logs.test', port: 6515, caPem: null, enabled: true },
    answers: { body: canned.syslog },
    shows: ['server      logs.test, port 6515', 'authority   the public ones'],
  },
  {
    words: ['syslog', 'get'],
    asks: `GET ${tenant}/syslog`,
    answers: { body: canned.syslog },
    shows: ['delivered   up to 11, 1 behind'],
  },
  {
    words: ['syslog', 'delete'],
    asks: `DELETE ${tenant}/syslog`,
    answers: { status: 204 },
    shows: ['No syslog server is set now.\n'],
  },
];
