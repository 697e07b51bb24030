// Examples of users, groups, API keys and mails.

import type { Examples } from './example.ts';
import { createdAt, ids, later, listOf, user } from './things.ts';

const { name, email } = user;
const group = { id: ids.group, name: 'Engineering', revision: 4, createdAt };
const invited = { ...user, role: 'member', status: 'invited', revision: 5 };

const apiKey = {
  id: ids.apiKey,
  name: 'terraform',
  role: 'admin',
  permissions: ['device.list', 'device.create', 'device.revoke'],
  groupIds: [ids.group],
  gatewayIds: null,
  status: 'active',
  expiresAt: later,
  revokedAt: null,
  lastUsedAt: null,
  createdAt,
};

export const peopleExamples: Examples = {
  'user.create': { body: { name, email, role: 'owner' }, reply: user },
  'user.invite': {
    body: { name, email, role: 'member', groupIds: [ids.group] },
    reply: invited,
  },
  'user.list': { reply: listOf(user) },
  'user.get': { reply: user },
  'user.update': { body: { role: 'owner' }, reply: user },
  'user.suspend': { reply: { ...user, status: 'suspended' } },
  'user.resume': { reply: user },
  'user.delete': {},
  'group.create': { body: { name: group.name }, reply: group },
  'group.list': { reply: listOf(group) },
  'group.get': { reply: group },
  'group.update': { body: { name: group.name }, reply: group },
  'group.delete': {},
  'group.addMember': {},
  'group.removeMember': {},
  'apiKey.create': {
    body: {
      name: apiKey.name,
      role: apiKey.role,
      permissions: apiKey.permissions,
      groupIds: apiKey.groupIds,
      expiresInSeconds: 604_800,
    },
    reply: { apiKey, key: 'sp_3f8k2m9q0c7x1v5t_shown-here-once-and-never-again-000000' },
  },
  'apiKey.list': { reply: listOf(apiKey) },
  'apiKey.revoke': { reply: { ...apiKey, status: 'revoked', revokedAt: later } },
  'mail.list': {
    reply: listOf({
      id: ids.mail,
      kind: 'invitation',
      recipient: email,
      subject: 'Olga invites you to the VPN of Acme',
      about: ids.user,
      status: 'sent',
      error: null,
      createdAt,
      sentAt: createdAt,
    }),
  },
};
