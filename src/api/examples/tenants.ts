// Examples of tenants.

import type { Examples } from './example.ts';
import { createdAt, listOf, tenant, user } from './things.ts';

const { slug, name, id, status } = tenant;
const deleteAt = '2026-11-29T12:18:33.000Z';

const quotas = [
  { name: 'devices', used: 400, most: 500, share: 0.8, warning: true, isDefault: false },
  {
    name: 'devicesPerUser',
    used: 3,
    most: 100,
    share: 0.03,
    warning: false,
    isDefault: true,
    heaviest: [{ userId: user.id, used: 3, share: 0.03 }],
  },
];

const sealing = listOf({
  tenantId: tenant.id,
  database: { status: 'ready', fault: null },
  keys: [
    { id: 'y2027', texts: 14, status: 'newest' },
    { id: 'y2026', texts: 2, status: 'older' },
    { id: 'root', texts: 0, status: 'older' },
  ],
});

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
      deadJobs: { count: 0, errors: [] },
      createdAt,
    }),
  },
  'tenant.get': { reply: tenant },
  'tenant.update': {
    body: { name, policy: { secondFactor: 'required' } },
    reply: { ...tenant, policy: { ...tenant.policy, secondFactor: 'required' } },
  },
  'tenant.suspend': {
    body: { reason: 'Unpaid since June' },
    reply: { ...tenant, status: 'suspended' },
  },
  'tenant.resume': { reply: tenant },
  'tenant.delete': { reply: { ...tenant, status: 'deleting', deleteAt } },
  'tenant.restore': { reply: tenant },
  'tenant.export': {
    reply: {
      kind: 'row',
      table: 'users',
      row: { id: user.id, name: user.name, email: user.email, role: user.role },
    },
  },
  'tenant.invite': {
    body: { email: user.email },
    reply: { id: 'i_3f8k2m9q0c7x1v5t', email: user.email, expiresAt: deleteAt },
  },
  'sealing.list': { reply: sealing },
  'sealing.renew': { reply: sealing },
  'quota.get': { reply: quotas },
  'quota.set': { body: { devices: 500, users: null }, reply: quotas },
};
