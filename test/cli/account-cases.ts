// Commands of people for their own account, and of owners for the identity provider.

import { type accountSchema, meSchema, recoveredAccountSchema } from '../../src/model/me.ts';
import { oidcSchema } from '../../src/model/oidc.ts';
import { passkeySchema } from '../../src/model/passkey.ts';
import { sessionSchema } from '../../src/model/sign-in.ts';
import { createdTotpSchema, recoveryCodesSchema } from '../../src/model/totp.ts';
import { tenantId } from './answers.ts';
import type { Case } from './world.ts';

const time = '2026-11-22T12:18:03.123Z';
const page = (item: object) => ({ items: [item], next: null });

export const sessionId = 's_0123456789abcdef';
const passkeyId = 'p_0123456789abcdef';

export const session = sessionSchema.parse({
  id: sessionId,
  methods: ['mail', 'totp'],
  twoFactors: true,
  tenantId: null,
  createdAt: time,
  seenAt: time,
  expiresAt: time,
  address: '2001:db8::7',
  userAgent: 'Firefox',
  current: true,
});

const account: typeof accountSchema._output = {
  id: 'a_0123456789abcdef',
  email: 'anna@example.test',
  name: 'Anna Ångström',
  createdAt: time,
  hasTotp: true,
  passkeys: 2,
};

export const me = meSchema.parse({
  kind: 'session',
  account,
  session,
  next: null,
  key: null,
  tenants: [
    {
      ...{ tenantId, slug: 'example', name: 'Example GmbH', status: 'active' },
      ...{ userId: 'u_0123456789abcdef', role: 'owner' },
    },
  ],
});

const passkey = passkeySchema.parse({
  id: passkeyId,
  name: 'phone',
  backedUp: true,
  createdAt: time,
  lastUsedAt: null,
});

const totp = createdTotpSchema.parse({
  secret: 'JBSWY3DPEHPK3PXP',
  uri: 'otpauth://totp/Sallyport:anna?secret=JBSWY3DPEHPK3PXP',
  qrSvg: '<svg/>',
});
const codes = recoveryCodesSchema.parse({ recoveryCodes: ['0123-4567-89ab-cdef'] });
const recovered = recoveredAccountSchema.parse({
  url: 'https://vpn.example.test/portal/#/sign-in/mail/ch_0123456789abcdef/very-secret',
  expiresAt: time,
});

const provider = oidcSchema.parse({
  issuer: 'https://idp.example.test',
  clientId: 'sallyport',
  groupsClaim: 'groups',
  createsUsers: true,
  enabled: true,
  redirectUri: 'https://vpn.test/v1/sign-in/oidc/callback',
  signInUrl: 'https://vpn.test/v1/sign-in/oidc/start/example',
  revision: 7,
});
const oidc = `/v1/tenants/${tenantId}/oidc`;

export const accountCases: readonly Case[] = [
  {
    words: ['me', 'get'],
    asks: 'GET /v1/me',
    answers: { body: me },
    shows: ['anna@example.test', 'by mail and totp', `${tenantId} Example GmbH: owner`],
  },
  {
    words: ['account', 'update', '--name', 'Anna'],
    asks: 'PATCH /v1/me',
    sends: { name: 'Anna' },
    answers: { body: account },
    shows: ['Anna Ångström'],
  },
  {
    words: ['account', 'delete', '--yes'],
    asks: 'DELETE /v1/me',
    answers: { status: 204 },
    shows: ['Your account is deleted.\n'],
  },
  {
    words: ['account', 'sign-out'],
    asks: 'POST /v1/sign-out',
    sends: {},
    answers: { status: 204 },
    shows: ['You are signed out.\n'],
  },
  {
    words: ['account', 'recover', '--email', 'anna@example.test'],
    asks: 'POST /v1/accounts/recover',
    sends: { email: 'anna@example.test' },
    answers: { body: recovered },
    shows: [`\n${recovered.url}\n`, 'It works until 2026-11-22 12:18Z.'],
  },
  {
    words: ['session', 'list'],
    asks: 'GET /v1/me/sessions',
    answers: { body: page(session) },
    shows: [`${sessionId} *`],
  },
  {
    words: ['session', 'revoke', sessionId],
    asks: `DELETE /v1/me/sessions/${sessionId}`,
    answers: { status: 204 },
    shows: [`${sessionId} is signed out.\n`],
  },
  {
    words: ['passkey', 'list'],
    asks: 'GET /v1/me/passkeys',
    answers: { body: page(passkey) },
    shows: [passkeyId, 'phone', 'never'],
  },
  {
    words: ['passkey', 'update', passkeyId, '--name', 'old phone'],
    asks: `PATCH /v1/me/passkeys/${passkeyId}`,
    sends: { name: 'old phone' },
    answers: { body: passkey },
    shows: ['backed up  yes'],
  },
  {
    words: ['passkey', 'delete', passkeyId],
    asks: `DELETE /v1/me/passkeys/${passkeyId}`,
    answers: { status: 204 },
    shows: [`${passkeyId} is deleted.\n`],
  },
  {
    words: ['totp', 'create'],
    asks: 'POST /v1/me/totp',
    sends: {},
    answers: { status: 201, body: totp },
    shows: ['\nJBSWY3DPEHPK3PXP\n', 'sallyport totp confirm <code>'],
  },
  {
    words: ['totp', 'confirm', '123456'],
    asks: 'POST /v1/me/totp/confirm',
    sends: { code: '123456' },
    answers: { body: codes },
    shows: ['  0123-4567-89ab-cdef\n'],
  },
  {
    words: ['totp', 'renew-codes'],
    asks: 'POST /v1/me/totp/recovery-codes',
    sends: {},
    answers: { body: codes },
    shows: ['  0123-4567-89ab-cdef\n'],
  },
  {
    words: ['totp', 'delete'],
    asks: 'DELETE /v1/me/totp',
    answers: { status: 204 },
    shows: ['One-time codes are off.\n'],
  },
  {
    words: ['oidc', 'get'],
    asks: `GET ${oidc}`,
    answers: { body: provider },
    shows: ['issuer        https://idp.example.test', 'claim groups', 'are made'],
  },
  {
    words: [
      ...['oidc', 'set', '--issuer', 'https://idp.example.test', '--client-id', 'sallyport'],
      ...['--groups-claim', 'groups', '--create-users'],
    ],
    asks: `PUT ${oidc}`,
    sends: {
      issuer: 'https://idp.example.test',
      clientId: 'sallyport',
      groupsClaim: 'groups',
      createsUsers: true,
      enabled: true,
    },
    answers: { body: provider },
    shows: ['enabled       yes'],
  },
  {
    words: ['oidc', 'delete'],
    asks: `DELETE ${oidc}`,
    answers: { status: 204 },
    shows: ['The identity provider is removed.\n'],
  },
];
