// Examples of tenants and their log.

import type { Examples } from './example.ts';
import { createdAt, ids, listOf, tenant, user } from './things.ts';

const { slug, name, id, status } = tenant;

export const tenantExamples: Examples = {
  'tenant.create': {
    body: { name, owner: { name: user.name, email: user.email } },
    reply: {
      tenant,
      owner: user,
      key: 'sp_3f8k2m9q0c7x1v5t_shown-here-once-and-never-again-000000',
    },
  },
  'tenant.list': {
    reply: listOf({
      id,
      slug,
      name,
      status,
      database: { status: 'ready', fault: null },
      createdAt,
    }),
  },
  'tenant.get': { reply: tenant },
  'audit.list': {
    reply: listOf({
      number: 12,
      at: createdAt,
      actor: ids.apiKey,
      operation: 'device.create',
      subject: ids.device,
      summary: { name: "Ada's phone" },
      hash: 'kq3V8zN0xT5bJ7mL2cY9dS4aE1gU6iO8pK0rF3hW5wQ',
      address: '192.0.2.7',
      userAgent: 'terraform/1.9',
    }),
  },
};
