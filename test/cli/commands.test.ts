// Every command: what it asks, what it shows at 60 columns, and that --json shows the API's answer.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { accountCases } from './account-cases.ts';
import * as canned from './answers.ts';
import { auditCases, page } from './audit-cases.ts';
import { changeCases } from './change-cases.ts';
import { ikev2Cases } from './ikev2-cases.ts';
import { type Answers, type Case, startWorld } from './world.ts';

const { apiKeyId, deviceId, gatewayId, groupId, linkId, tenantId, token, userId } = canned;
const tenant = `/v1/tenants/${tenantId}`;

const cases: Case[] = [
  ...accountCases,
  {
    words: ['tenant', 'create', '--name', 'Example', '--slug', 'ex', '--owner-email', 'a@b.test'],
    asks: 'POST /v1/tenants',
    sends: { name: 'Example', slug: 'ex', owner: { email: 'a@b.test' } },
    answers: { status: 201, body: canned.createdTenant },
    shows: ['owner        Anna Ångström (u_0123456789abcdef)', 'never again', `\n${token}\n`],
  },
  {
    words: ['tenant', 'create', '--name', 'Example'],
    asks: 'POST /v1/tenants',
    sends: { name: 'Example' },
    answers: { status: 201, body: canned.createdTenant },
    shows: [tenantId],
  },
  {
    words: ['tenant', 'list', '--limit', '2'],
    asks: 'GET /v1/tenants?limit=2',
    answers: { body: page(canned.brokenTenantEntry) },
    shows: [tenantId, 'broken'],
  },
  {
    words: ['tenant', 'get'],
    asks: `GET ${tenant}`,
    answers: { body: canned.tenant },
    shows: ['ipv6 prefix  fd5a:1b2c:3d4e::/48', 'created      2026-11-22 12:18Z'],
  },
  {
    words: ['tenant', 'update', '--name', 'New', '--second-factor', 'required'],
    asks: `PATCH ${tenant}`,
    sends: { name: 'New', policy: { secondFactor: 'required' } },
    answers: { body: { ...canned.tenant, name: 'New' } },
    shows: ['name         New', 'status       active'],
  },
  {
    words: ['tenant', 'suspend', '--reason', 'Unpaid since June'],
    asks: `POST ${tenant}/suspend`,
    sends: { reason: 'Unpaid since June' },
    answers: { body: { ...canned.tenant, status: 'suspended' } },
    shows: ['status       suspended'],
  },
  {
    words: ['tenant', 'resume'],
    asks: `POST ${tenant}/resume`,
    answers: { body: canned.tenant },
    shows: ['status       active'],
  },
  {
    words: ['tenant', 'delete', '--yes'],
    asks: `DELETE ${tenant}`,
    answers: { body: canned.deletingTenant },
    shows: ['deleting, gone at 2026-11-29 12:18Z', '"sallyport tenant restore"'],
  },
  {
    words: ['tenant', 'restore'],
    asks: `POST ${tenant}/restore`,
    answers: { body: canned.tenant },
    shows: ['status       active'],
  },
  {
    words: ['tenant', 'invite', 'a@b.test'],
    asks: 'POST /v1/tenant-invitations',
    sends: { email: 'a@b.test' },
    answers: { status: 201, body: canned.tenantInvitation },
    shows: ['mailed to   a@b.test'],
  },
  {
    words: ['quota', 'get'],
    asks: `GET ${tenant}/quotas`,
    answers: { body: canned.quotas },
    shows: ['devices               400', 'nearly used up', 'no limit', '1.5 GB'],
  },
  {
    words: ['quota', 'set', 'devices=500', 'users='],
    asks: `PUT ${tenant}/quotas`,
    sends: { devices: 500, users: null },
    answers: { body: canned.quotas },
    shows: ['500'],
  },
  {
    words: ['user', 'create', '--name', 'Anna', '--email', 'a@b.test', '--role', 'admin'],
    asks: `POST ${tenant}/users`,
    sends: { name: 'Anna', email: 'a@b.test', role: 'admin' },
    answers: { status: 201, body: canned.user },
    shows: [userId, 'anna.angstrom@example.test'],
  },
  {
    words: ['user', 'list', '--limit', '2', '--cursor', 'a/b&c'],
    asks: `GET ${tenant}/users?limit=2&cursor=a%2Fb%26c`,
    answers: { body: page(canned.user) },
    shows: ['ID                  NAME           ROLE   STATUS', 'Anna Ångström  owner'],
  },
  {
    words: ['user', 'list', '--search', 'an', '--role', 'owner', '--sort', 'name'],
    asks: `GET ${tenant}/users?q=an&role=owner&sort=name`,
    answers: { body: page(canned.user) },
    shows: ['Anna Ångström  owner  active'],
  },
  {
    words: ['user', 'get', userId],
    asks: `GET ${tenant}/users/${userId}`,
    answers: { body: canned.user },
    shows: ['status    active', 'signs in  not yet'],
  },
  {
    words: ['user', 'update', userId, '--no-email', '--role', 'member'],
    asks: `PATCH ${tenant}/users/${userId}`,
    sends: { email: null, role: 'member' },
    answers: { body: { ...canned.user, email: null } },
    shows: ['e-mail    none'],
  },
  {
    words: ['user', 'update', userId, '--name', 'Ann'],
    asks: `PATCH ${tenant}/users/${userId}`,
    sends: { name: 'Ann' },
    answers: { body: canned.user },
    shows: [userId],
  },
  {
    words: ['user', 'suspend', userId],
    asks: `POST ${tenant}/users/${userId}/suspend`,
    answers: { body: { ...canned.user, status: 'suspended' } },
    shows: ['status    suspended'],
  },
  {
    words: ['user', 'resume', userId],
    asks: `POST ${tenant}/users/${userId}/resume`,
    answers: { body: canned.user },
    shows: ['status    active'],
  },
  {
    words: ['user', 'delete', userId, '--yes'],
    asks: `DELETE ${tenant}/users/${userId}`,
    answers: { status: 204 },
    shows: [`${userId} is deleted.\n`],
  },
  {
    words: ['user', 'invite', '--email', 'a@b.test', '--name', 'Anna', '--group', groupId],
    asks: `POST ${tenant}/invitations`,
    sends: { email: 'a@b.test', name: 'Anna', groupIds: [groupId] },
    answers: { body: { ...canned.user, status: 'invited' } },
    shows: ['status    invited', `sallyport mail list --about ${userId}\n`],
  },
  {
    words: ['user', 'invite', userId],
    asks: `POST ${tenant}/invitations`,
    sends: { userId },
    answers: { body: canned.user },
    shows: [userId],
  },
  {
    words: ['group', 'create', '--name', 'Engineering'],
    asks: `POST ${tenant}/groups`,
    sends: { name: 'Engineering' },
    answers: { status: 201, body: canned.group },
    shows: [`members  sallyport user list --group ${groupId}\n`],
  },
  {
    words: ['group', 'list'],
    asks: `GET ${tenant}/groups`,
    answers: { body: page(canned.group) },
    shows: [`${groupId}  Engineering`],
  },
  {
    words: ['group', 'get', groupId],
    asks: `GET ${tenant}/groups/${groupId}`,
    answers: { body: canned.group },
    shows: ['name     Engineering'],
  },
  {
    words: ['group', 'update', groupId, '--name', 'Builders'],
    asks: `PATCH ${tenant}/groups/${groupId}`,
    sends: { name: 'Builders' },
    answers: { body: canned.group },
    shows: [groupId],
  },
  {
    words: ['group', 'delete', groupId, '--yes'],
    asks: `DELETE ${tenant}/groups/${groupId}`,
    answers: { status: 204 },
    shows: [`${groupId} is deleted.\n`],
  },
  {
    words: ['group', 'add-member', groupId, userId],
    asks: `PUT ${tenant}/groups/${groupId}/members/${userId}`,
    answers: { status: 204 },
    shows: [`${userId} is in ${groupId}.\n`],
  },
  {
    words: ['group', 'remove-member', groupId, userId],
    asks: `DELETE ${tenant}/groups/${groupId}/members/${userId}`,
    answers: { status: 204 },
    shows: [`${userId} left ${groupId}.\n`],
  },
  {
    words: [
      ...['api-key', 'create', '--name', 'terraform', '--role', 'admin', '--expires', '90d'],
      ...['--permission', 'device.list', '--permission', 'device.create', '--group', groupId],
    ],
    asks: `POST ${tenant}/api-keys`,
    sends: {
      name: 'terraform',
      role: 'admin',
      permissions: ['device.list', 'device.create'],
      groupIds: [groupId],
      expiresInSeconds: 7_776_000,
    },
    answers: { status: 201, body: canned.createdApiKey },
    shows: [
      'permissions  device.list\n             device.create\n',
      'never again',
      `\n${token}\n`,
    ],
  },
  {
    words: ['api-key', 'list'],
    asks: `GET ${tenant}/api-keys`,
    answers: { body: page(canned.apiKey) },
    shows: [`${apiKeyId}  terraform  admin  active`],
  },
  {
    words: ['api-key', 'revoke', apiKeyId],
    asks: `POST ${tenant}/api-keys/${apiKeyId}/revoke`,
    answers: { body: { ...canned.apiKey, status: 'revoked', revokedAt: canned.apiKey.createdAt } },
    shows: ['status       revoked'],
  },
  {
    words: ['mail', 'list', '--about', userId],
    asks: `GET ${tenant}/mails?about=${userId}`,
    answers: { body: page(canned.mail) },
    shows: ['2026-11-22 12:18Z  anna', 'refused', '550 no'],
  },
  {
    words: ['gateway', 'create', '--name', 'Berlin', '--endpoint', 'vpn.test'],
    asks: `POST ${tenant}/gateways`,
    sends: { name: 'Berlin', endpoint: { host: 'vpn.test' }, pools: {}, isolateClients: true },
    answers: { status: 201, body: canned.createdGateway },
    shows: [
      'not enrolled',
      'Run this on the VM as root before 2026-11-23 12:18Z.',
      '\nsallyport-agent enroll https://vpn.example.test enrol-me\n',
    ],
  },
  {
    words: [
      ...['gateway', 'create', '--name', 'Berlin', '--endpoint', '[2001:db8::7]:443'],
      ...['--listen-port', '443', '--pool4', '10.1.0.0/24', '--pool6', 'fd01::/64'],
      ...['--route', '10.0.0.0/8', '--route', 'fd00::/8', '--dns', '10.1.0.1', '--mtu', '1380'],
      '--no-isolate-clients',
    ],
    asks: `POST ${tenant}/gateways`,
    sends: {
      name: 'Berlin',
      endpoint: { host: '2001:db8::7', port: 443 },
      listenPort: 443,
      pools: { v4: '10.1.0.0/24', v6: 'fd01::/64' },
      routes: ['10.0.0.0/8', 'fd00::/8'],
      dns: ['10.1.0.1'],
      mtu: 1380,
      isolateClients: false,
    },
    answers: { status: 201, body: canned.createdGateway },
    shows: [gatewayId],
  },
  {
    words: ['gateway', 'list'],
    asks: `GET ${tenant}/gateways`,
    answers: { body: page(canned.gateway) },
    shows: ['STATE', `${gatewayId}  Berlin`, 'failed'],
  },
  {
    words: ['gateway', 'get', gatewayId],
    asks: `GET ${tenant}/gateways/${gatewayId}`,
    answers: { body: canned.gateway },
    shows: ['devices     3, kept apart', 'errors      firewall: no nft', 'kernel 6.12.48'],
  },
  {
    words: ['gateway', 'delete', gatewayId, '--yes'],
    asks: `DELETE ${tenant}/gateways/${gatewayId}`,
    answers: { status: 204 },
    shows: [`${gatewayId} is deleted.\n`],
  },
  {
    words: [
      ...['device', 'create', '--user', userId, '--name', 'x', '--platform', 'linux'],
      ...['--gateway', gatewayId, '--gateway', 'gw_0000000000000000'],
    ],
    asks: `POST ${tenant}/devices`,
    sends: {
      userId,
      name: 'x',
      platform: 'linux',
      gatewayIds: [gatewayId, 'gw_0000000000000000'],
    },
    answers: { status: 201, body: { ...canned.device, status: 'pending', publicKey: null } },
    shows: [
      'public key  none',
      `It waits for its key. Next:\n  sallyport link create ${deviceId}\n`,
    ],
  },
  {
    words: ['device', 'list'],
    asks: `GET ${tenant}/devices`,
    answers: { body: page(canned.device) },
    shows: ['北京 laptop 🦊  active'],
  },
  {
    words: ['device', 'get', deviceId],
    asks: `GET ${tenant}/devices/${deviceId}`,
    answers: { body: canned.deviceDetail },
    shows: [
      'traffic    1.2 MB from it, 999 B to it',
      'via        ../../Berlin (gw_0000000000000000)',
    ],
  },
  {
    words: ['device', 'revoke', deviceId],
    asks: `POST ${tenant}/devices/${deviceId}/revoke`,
    answers: { body: { ...canned.device, status: 'revoked', publicKey: null } },
    shows: ['status      revoked'],
  },
  {
    words: ['device', 'reissue', deviceId],
    asks: `POST ${tenant}/devices/${deviceId}/reissue`,
    sends: {},
    answers: { body: { ...canned.device, status: 'pending', publicKey: null } },
    shows: ['status      pending', 'sallyport link create'],
  },
  {
    words: ['link', 'create', deviceId, '--expires', '12h'],
    asks: `POST ${tenant}/links`,
    sends: { deviceId, expiresInSeconds: 43_200 },
    answers: { status: 201, body: canned.createdLink },
    shows: ['shown this once', `\n${canned.createdLink.url}\n`],
  },
  {
    words: ['link', 'create', '--bookmark', '--user', userId, '--send'],
    asks: `POST ${tenant}/links`,
    sends: { kind: 'bookmark', userId, send: true },
    answers: { status: 201, body: { ...canned.createdLink, link: canned.bookmark } },
    shows: [`user     ${userId}`, 'expires  never', 'Their own page'],
  },
  {
    words: ['link', 'list', '--device', deviceId],
    asks: `GET ${tenant}/links?deviceId=${deviceId}`,
    answers: { body: page(canned.link) },
    shows: ['STATUS', 'refused', 'never'],
  },
  {
    words: ['link', 'resend', linkId],
    asks: `POST ${tenant}/links/${linkId}/resend`,
    answers: { status: 201, body: canned.createdLink },
    shows: ['mail       refused', 'error      550 no such box', `\n${canned.createdLink.url}\n`],
  },
  {
    words: ['link', 'revoke', linkId],
    asks: `POST ${tenant}/links/${linkId}/revoke`,
    answers: { body: { ...canned.link, status: 'revoked' } },
    shows: ['status     revoked', 'used       never'],
  },
  ...changeCases,
  ...auditCases,
  ...ikev2Cases,
];

function answersOf({ asks, answers }: Case): Answers {
  return { [asks]: answers };
}

describe.each(cases)('sallyport $words', (one) => {
  it('asks the API for exactly that, with the key', async () => {
    await using world = await startWorld(answersOf(one));
    expect(await world.run(one.words)).toMatchObject({ code: 0, err: '' });
    const [method, path] = one.asks.split(' ');
    expect(world.asked).toEqual([
      { method, path, authorization: `Bearer ${token}`, body: one.sends },
    ]);
  });

  it('shows it to people within 60 columns', async () => {
    await using world = await startWorld(answersOf(one));
    const { out } = await world.run(one.words, { columns: 60 });
    for (const text of one.shows) expect(out).toContain(text);
    const long = out.split('\n').filter((line) => line.length > 60);
    expect(long.filter((line) => line.includes(' '))).toEqual([]);
  });

  it('prints the answer of the API unchanged with --json', async () => {
    await using world = await startWorld(answersOf(one));
    const expected = one.answers.body ? `${JSON.stringify(one.answers.body)}\n` : '';
    for (const words of [
      [...one.words, '--json'],
      ['--json', ...one.words],
    ])
      expect(await world.run(words)).toEqual({ code: 0, out: expected, err: '' });
  });
});

describe('sallyport tenant export', () => {
  const [manifest, row, end] = canned.exportLines.map((line) => `${JSON.stringify(line)}\n`);
  const answer = (...lines: (string | undefined)[]) => ({
    [`GET ${tenant}/export`]: { type: 'application/jsonl', body: lines.join('') },
  });

  it('writes the lines to a file of its owner alone, and says what they are', async () => {
    await using world = await startWorld(answer(manifest, row, end));
    const file = join(world.home, 'tenant.jsonl');
    const { code, out } = await world.run(['tenant', 'export', '--out', file]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('users: 1') });
    expect(readFileSync(file, 'utf8')).toBe(`${manifest}${row}${end}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await world.run(['tenant', 'export', '--out', file]);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('is there already') });
  });

  it.each([
    ['its end', [manifest, row]],
    ['a row', [manifest, end]],
    ['its beginning', [row, end]],
    ['half a line', [manifest, row, end?.slice(0, 20)]],
    ['everything', []],
  ])('keeps nothing of an export that lacks %s', async (_what, lines) => {
    await using world = await startWorld(answer(...lines));
    const file = join(world.home, 'tenant.jsonl');
    const { code, err } = await world.run(['tenant', 'export', '--out', file]);
    expect(code).toBe(1);
    expect(err).toContain('cut short');
    expect(readdirSync(world.home)).toEqual([]);
  });

  it('says why the server refuses', async () => {
    const problem = { title: 'No', code: 'forbidden', detail: 'Not you.', problems: [] };
    const refusal = { status: 403, type: 'application/problem+json', body: problem };
    await using world = await startWorld({ [`GET ${tenant}/export`]: refusal });
    const file = join(world.home, 'tenant.jsonl');
    const result = await world.run(['tenant', 'export', '--out', file]);
    expect(result).toMatchObject({ code: 1, err: expect.stringContaining('Not you.') });
    expect(readdirSync(world.home)).toEqual([]);
  });
});

it('deletes no tenant without --yes', async () => {
  await using world = await startWorld();
  const { code, err } = await world.run(['tenant', 'delete']);
  expect({ code, asked: world.asked }).toEqual({ code: 2, asked: [] });
  expect(err).toContain('--yes');
});

describe('sallyport admin', () => {
  const first = { items: [canned.tenantEntry], next: tenantId };
  const second = { items: [canned.brokenTenantEntry], next: null };

  it('is content when every database is in order', async () => {
    await using world = await startWorld({ 'GET /v1/tenants': { body: page(canned.tenantEntry) } });
    const { code, out } = await world.run(['admin']);
    expect({ code, out }).toEqual({
      code: 0,
      out: '2 tenants, 0 with a database that is not in order\n',
    });
  });

  it('walks all pages, shows what is broken and fails', async () => {
    await using world = await startWorld({
      'GET /v1/tenants': { body: first },
      [`GET /v1/tenants?cursor=${tenantId}`]: { body: second },
    });
    const { code, out } = await world.run(['admin']);
    expect(code).toBe(1);
    expect(out).toContain('2 tenants, 1 with a database that is not in order');
    expect(out).toContain('it holds migration 9999_future');
    const json = await world.run(['admin', '--json']);
    const found = { tenants: 2, troubled: second.items, withDeadJobs: [] };
    expect(JSON.parse(json.out)).toEqual(found);
  });

  it('shows which jobs were given up, and why', async () => {
    const deadJobs = { count: 4, errors: ['mail: The mail server refuses the mail.'] };
    const entry = { ...canned.tenantEntry, deadJobs };
    await using world = await startWorld({ 'GET /v1/tenants': { body: page(entry) } });
    const { code, out } = await world.run(['admin']);
    expect(code).toBe(0);
    expect(out).toContain('jobs given up  4');
    expect(out).toContain('mail: The mail server refuses the mail.');
  });
});

describe('a list', () => {
  it('that is empty says so', async () => {
    await using world = await startWorld({
      [`GET ${tenant}/devices`]: { body: { items: [], next: null } },
    });
    expect(await world.run(['device', 'list'])).toMatchObject({ out: 'There are no devices.\n' });
  });

  it('that goes on says how to see more, apart from the table', async () => {
    await using world = await startWorld({
      [`GET ${tenant}/devices`]: { body: { items: [canned.device], next: 'abc' } },
    });
    const { out, err } = await world.run(['device', 'list']);
    expect(err).toBe('There are more. Show them with: --cursor abc\n');
    expect(out).not.toContain('cursor');
  });
});

const camel = (words: string) => words.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

/** Steps of `sallyport account sign-in`. */
const partOfAnother = ['account.startSignIn', 'totp.signIn', 'totp.recover'];
/** What only a browser can do, or somebody who has no shell yet. */
const forBrowsers = [
  'passkey.startCreate',
  'passkey.startSignIn',
  'passkey.signIn',
  'oidc.startSignIn',
  'oidc.signIn',
  'user.accept',
];

it('has a command for each operation of people, and none for those of the agent', async () => {
  await using world = await startWorld();
  const asked = await Promise.all(
    readdirSync(new URL('../../src/cli/commands', import.meta.url))
      .filter((file) => file !== 'list.ts')
      .map(async (file) => {
        const entity = file.replace('.ts', '');
        const { out } = await world.run([entity, '--help']);
        const verbs = [...out.matchAll(/^ {2}([a-z][a-z-]+) .*$/gm)].map(([, verb = '']) => verb);
        const own = verbs.filter((verb) => verb !== 'help');
        return own.map((verb) => `${camel(entity)}.${camel(verb)}`);
      }),
  );
  const { operations, systemOperations } = await import('../../src/model/permissions.ts');
  const agents = ['enroll', 'state', 'report', 'certify', 'revocations'].map(
    (verb) => `gateway.${verb}`,
  );
  const without = [...agents, ...systemOperations, ...partOfAnother, ...forBrowsers];
  const expected = operations.filter((operation) => !without.includes(operation));
  expect(asked.flat().sort()).toEqual([...expected].sort());
});
