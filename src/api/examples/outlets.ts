// Examples of where the log goes.

import type { Examples } from './example.ts';
import { createdAt, ids, later, listOf } from './things.ts';

const state = {
  cursor: 12,
  lag: 0,
  failures: 0,
  failingSince: null,
  lastError: null,
  deliveredAt: later,
};

const webhook = {
  id: ids.webhook,
  url: 'https://hooks.example.com/sallyport',
  description: 'Chat of the network team',
  operations: ['device.create', 'device.revoke'],
  batch: 1,
  enabled: true,
  previousSecretUntil: null,
  state,
  revision: 9,
  createdAt,
};

const { url, description, operations } = webhook;
const secret = 'whsec_c2hvd24gaGVyZSBvbmNlIGFuZCBuZXZlciBhZ2FpbiE=';
const syslog = {
  host: 'logs.example.com',
  port: 6514,
  caPem: null,
  enabled: true,
  state,
  revision: 10,
};

export const outletExamples: Examples = {
  'webhook.list': { reply: listOf(webhook) },
  'webhook.get': { reply: webhook },
  'webhook.create': { body: { url, description, operations }, reply: { webhook, secret } },
  'webhook.update': {
    body: { enabled: false },
    reply: { webhook: { ...webhook, enabled: false }, secret: null },
  },
  'webhook.delete': {},
  'webhook.test': {
    reply: {
      delivered: false,
      answer: "The webhook's receiver hooks.example.com did not take it: it answered 500.",
    },
  },
  'syslog.get': { reply: syslog },
  'syslog.set': { body: { host: syslog.host }, reply: syslog },
  'syslog.delete': {},
};
