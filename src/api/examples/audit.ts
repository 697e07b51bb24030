// Examples of the log.

import type { Examples } from './example.ts';
import { createdAt, ids, listOf, publicKeys } from './things.ts';

const revision = {
  number: 12,
  at: createdAt,
  actor: ids.apiKey,
  operation: 'device.create',
  subject: ids.device,
  summary: { name: "Ada's phone", publicKey: publicKeys.device },
  hash: '5f0a1c9d3b7e2846f1d0c3b5a79e8264d1f3b5a7c9e0824613f5d7b9a1c3e507',
  address: '192.0.2.7',
  userAgent: 'terraform/1.9',
};

export const auditExamples: Examples = {
  'audit.list': { reply: listOf(revision) },
  'audit.verify': {
    reply: {
      verified: 12,
      from: 1,
      to: 12,
      head: 12,
      anchors: 1,
      fault: null,
      key: { kid: '3f8a1c9d5b7e2046', publicKey: publicKeys.identity },
    },
  },
  'audit.export': { reply: revision },
};
