// What a control plane answers, valid by the schemas of the model, for the tests of the CLI.

import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import { apiKeySchema, createdApiKeySchema } from '../../src/model/api-key.ts';
import { verificationSchema } from '../../src/model/audit.ts';
import { deviceDetailSchema, deviceSchema, redeemedLinkSchema } from '../../src/model/device.ts';
import { createdGatewaySchema, gatewaySchema } from '../../src/model/gateway.ts';
import { groupSchema } from '../../src/model/group.ts';
import { createdLinkSchema, linkSchema } from '../../src/model/link.ts';
import { issuedWebhookSchema, syslogSchema, webhookSchema } from '../../src/model/outlet.ts';
import { quotaSchema } from '../../src/model/quota.ts';
import { deviceReceiptsSchema } from '../../src/model/receipt.ts';
import { revisionSchema } from '../../src/model/revision.ts';
import { sealingSchema } from '../../src/model/sealing.ts';
import { sentMailSchema } from '../../src/model/sent-mail.ts';
import {
  createdTenantSchema,
  tenantEntrySchema,
  tenantInvitationSchema,
  tenantSchema,
} from '../../src/model/tenant.ts';
import { exportLineSchema } from '../../src/model/tenant-export.ts';
import { userSchema } from '../../src/model/user.ts';
import { signReceipt } from '../receipts.ts';
import { dualStack, ipv6Endpoint } from '../render/client/connections.ts';

const time = '2026-11-22T12:18:03.123Z';

export const tenantId = 't_0123456789abcdef';
export const token = 'sp_0123456789abcdef_c2VjcmV0c2VjcmV0c2VjcmV0';
export const userId = 'u_0123456789abcdef';
export const gatewayId = 'gw_4k2m9q0c7x1v5t8b';
export const deviceId = 'd_7m3k9q0c7x1v5t8b';
export const linkId = 'l_7m3k9q0c7x1v5t8b';
export const groupId = 'g_7m3k9q0c7x1v5t8b';
export const apiKeyId = 'k_7m3k9q0c7x1v5t8b';
export const linkToken = 'bGluay5zZWNyZXQ.very-secret_token';

export const tenant = tenantSchema.parse({
  id: tenantId,
  slug: 'example',
  name: 'Example GmbH',
  ula: 'fd5a:1b2c:3d4e::/48',
  status: 'active',
  deleteAt: null,
  policy: {},
  revision: 1,
  head: 12,
  createdAt: time,
} satisfies z.input<typeof tenantSchema>);

export const user = userSchema.parse({
  id: userId,
  name: 'Anna Ångström',
  email: 'anna.angstrom@example.test',
  role: 'owner',
  status: 'active',
  hasAccount: false,
  revision: 1,
  createdAt: time,
} satisfies z.input<typeof userSchema>);

export const deletingTenant = tenantSchema.parse({
  ...tenant,
  status: 'deleting',
  deleteAt: '2026-11-29T12:18:03.123Z',
} satisfies z.input<typeof tenantSchema>);

export const tenantInvitation = tenantInvitationSchema.parse({
  id: 'i_0123456789abcdef',
  email: 'a@b.test',
  expiresAt: time,
} satisfies z.input<typeof tenantInvitationSchema>);

export const quotas = z.array(quotaSchema).parse([
  { name: 'devices', used: 400, most: 500, share: 0.8, warning: true, isDefault: false },
  { name: 'users', used: 3, most: 10_000, share: 0.0003, warning: false, isDefault: true },
  {
    name: 'apiRequestsPerMinute',
    used: null,
    most: 3000,
    share: null,
    warning: false,
    isDefault: true,
  },
  {
    name: 'bytesPerUserPerMonth',
    used: 1_500_000_000,
    most: Number.MAX_SAFE_INTEGER,
    share: 0,
    warning: false,
    isDefault: true,
    heaviest: [{ userId, used: 1_500_000_000, share: 0 }],
  },
] satisfies z.input<typeof quotaSchema>[]);

const head = { number: 12, hash: 'f'.repeat(64) };
export const exportLines = z.array(exportLineSchema).parse([
  { kind: 'manifest', version: 1, tenantId, at: time, head, counts: { users: 1 } },
  { kind: 'row', table: 'users', row: { id: userId, name: 'Anna Ångström' } },
  { kind: 'end', rows: 1, head },
] satisfies z.input<typeof exportLineSchema>[]);
export const group = groupSchema.parse({
  id: groupId,
  name: 'Engineering',
  revision: 4,
  createdAt: time,
} satisfies z.input<typeof groupSchema>);

export const apiKey = apiKeySchema.parse({
  id: apiKeyId,
  name: 'terraform',
  role: 'admin',
  permissions: ['device.list', 'device.create'],
  groupIds: [groupId],
  gatewayIds: null,
  status: 'active',
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: time,
  createdAt: time,
} satisfies z.input<typeof apiKeySchema>);

export const createdApiKey = createdApiKeySchema.parse({ apiKey, key: token });

export const mail = sentMailSchema.parse({
  id: 'm_7m3k9q0c7x1v5t8b',
  kind: 'invitation',
  recipient: 'anna.angstrom@example.test',
  subject: 'Olga invites you to the VPN of Example GmbH',
  about: userId,
  status: 'refused',
  error: '550 no such mailbox',
  createdAt: time,
  sentAt: null,
} satisfies z.input<typeof sentMailSchema>);

export const createdTenant = createdTenantSchema.parse({ tenant, owner: user, key: token });

export const gateway = gatewaySchema.parse({
  id: gatewayId,
  name: 'Berlin office, second floor',
  endpoint: { host: 'berlin.vpn.example.test', port: 51820 },
  listenPort: 51820,
  pools: { v4: '10.64.0.0/18', v6: 'fd5a:1b2c:3d4e::/64' },
  routes: ['0.0.0.0/0', '::/0'],
  dns: [],
  mtu: 1420,
  isolateClients: true,
  status: 'enrolled',
  wireguardPublicKey: dualStack.gatewayPublicKey,
  peerCount: 3,
  ikev2: null,
  revision: 12,
  observed: {
    revision: 11,
    sections: { wireguard: { status: 'applied' }, firewall: { status: 'failed', error: 'no nft' } },
    peerDigest: '0'.repeat(32),
    peerCount: 3,
    versions: { agent: '0.1.0', kernel: '6.12.48' },
    reportedAt: time,
  },
  applied: 'failed',
  createdAt: time,
} satisfies z.input<typeof gatewaySchema>);

export const createdGateway = createdGatewaySchema.parse({
  gateway: { ...gateway, status: 'pending', observed: null, applied: 'pending' },
  enrollment: {
    token: 'enrol-me',
    expiresAt: '2026-11-23T12:18:03Z',
    command: 'sallyport-agent enroll https://vpn.example.test enrol-me',
  },
});

export const device = deviceSchema.parse({
  id: deviceId,
  userId,
  name: '北京 laptop 🦊',
  platform: 'linux',
  status: 'active',
  publicKey: dualStack.gatewayPublicKey,
  ikev2: null,
  expiresAt: '2026-12-24T12:00:00.000Z',
  onDemand: { mode: 'wifi', excludedSsids: ['Home'] },
  gatewayIds: [gatewayId],
  revision: 12,
  createdAt: time,
} satisfies z.input<typeof deviceSchema>);

export const connections = [
  { ...dualStack, gatewayId, gatewayName: '../../Berlin' },
  { ...ipv6Endpoint, gatewayId: 'gw_0000000000000000', gatewayName: '../../Berlin' },
];

export const deviceDetail = deviceDetailSchema.parse({
  ...device,
  connections,
  traffic: [{ gatewayId, latestHandshake: time, receivedBytes: 1_234_567, sentBytes: 999 }],
});

const signer = generateKeyPairSync('ed25519');
const receipt = {
  gatewayId,
  deviceId,
  protocol: 'wireguard' as const,
  credential: dualStack.gatewayPublicKey,
  revision: 12,
  appliedAt: Date.parse(time),
  lastSeenAt: null,
};
export const deviceReceipts = deviceReceiptsSchema.parse({
  receipts: [
    {
      gatewayName: 'Berlin',
      receipt,
      jws: signReceipt(signer.privateKey, receipt),
      key: {
        kty: 'OKP',
        crv: 'Ed25519',
        x: String(signer.publicKey.export({ format: 'jwk' }).x),
      },
      receivedAt: time,
    },
  ],
  pending: [
    {
      gatewayId: 'gw_0000000000000000',
      gatewayName: 'Wien',
      protocol: 'wireguard',
      credential: dualStack.gatewayPublicKey,
      revision: 12,
      reached: true,
    },
  ],
} satisfies z.input<typeof deviceReceiptsSchema>);

export const link = linkSchema.parse({
  id: linkId,
  kind: 'once',
  deviceId,
  userId: null,
  status: 'open',
  mail: {
    to: 'anna.angstrom@example.test',
    status: 'refused',
    error: '550 no such box',
    sentAt: null,
  },
  openedAt: null,
  usedAt: null,
  expiresAt: time,
  createdAt: time,
} satisfies z.input<typeof linkSchema>);

export const bookmark = linkSchema.parse({
  ...link,
  kind: 'bookmark',
  deviceId: null,
  userId,
  mail: null,
  expiresAt: null,
});

export const createdLink = createdLinkSchema.parse({
  link,
  url: `https://vpn.example.test/l/${linkToken}`,
});

export const redeemed = redeemedLinkSchema.parse({
  tenant: { id: tenantId, name: 'Example', portalUrl: null },
  device,
  connections,
  ikev2: null,
  profiles: [],
  password: null,
  values: [],
});

export const revision = revisionSchema.parse({
  number: 12,
  at: time,
  actor: 'k_7m3k9q0c7x1v5t8b',
  operation: 'device.reissue',
  subject: deviceId,
  summary: { name: 'laptop' },
  hash: 'abc',
  address: null,
  userAgent: null,
} satisfies z.input<typeof revisionSchema>);

export const problem = {
  type: 'about:blank',
  title: 'The request is not valid',
  status: 400,
  detail: 'Two fields are wrong.',
  code: 'invalid_input',
  wayOut: 'Correct the fields and send it again.',
  problems: [
    { field: 'pools.v4', rule: 'has host bits set; did you mean 10.0.0.0/8?' },
    { field: 'name', rule: 'must not be empty' },
  ],
  requestId: 'r_0123456789abcdef',
};

export const tenantEntry = tenantEntrySchema.parse({
  id: tenantId,
  slug: tenant.slug,
  name: tenant.name,
  status: 'active',
  database: { status: 'ready', fault: null },
  deadJobs: { count: 0, errors: [] },
  createdAt: tenant.createdAt,
} satisfies z.input<typeof tenantEntrySchema>);
export const brokenTenantEntry = tenantEntrySchema.parse({
  ...tenantEntry,
  database: { status: 'broken', fault: 'it holds migration 9999_future' },
});

export const sealing = sealingSchema.parse({
  tenantId,
  database: { status: 'ready', fault: null },
  keys: [
    { id: 'y2027', texts: 14, status: 'newest' },
    { id: 'y2026', texts: 2, status: 'missing' },
  ],
} satisfies z.input<typeof sealingSchema>);
export const unseenSealing = sealingSchema.parse({
  tenantId: null,
  database: { status: 'away', fault: 'nobody answers' },
  keys: [],
} satisfies z.input<typeof sealingSchema>);

export const webhookId = 'wh_7m3k9q0c7x1v5t8b';
const state = {
  cursor: 11,
  lag: 1,
  failures: 3,
  failingSince: time,
  lastError: 'it answered 500',
  deliveredAt: null,
};

export const webhook = webhookSchema.parse({
  id: webhookId,
  url: 'https://hooks.example.test/a',
  description: 'Chat of the network team',
  operations: null,
  batch: 1,
  enabled: true,
  previousSecretUntil: null,
  state,
  revision: 3,
  createdAt: time,
} satisfies z.input<typeof webhookSchema>);

export const issuedWebhook = issuedWebhookSchema.parse({
  webhook,
  secret: 'whsec_c2hvd24gaGVyZSBvbmNlIGFuZCBuZXZlciBhZ2FpbiE=',
});

export const syslog = syslogSchema.parse({
  host: 'logs.test',
  port: 6515,
  caPem: null,
  enabled: true,
  state,
  revision: 4,
} satisfies z.input<typeof syslogSchema>);

export const verification = verificationSchema.parse({
  verified: 12,
  from: 1,
  to: 12,
  head: 12,
  anchors: 2,
  fault: null,
  key: { kid: '0123456789abcdef', publicKey: 'n3Jd8Qw1Zx6Vb0Lk5Hg9Tr4Yp7Mc2Sf8Ua1Ie6OoDhI' },
} satisfies z.input<typeof verificationSchema>);
