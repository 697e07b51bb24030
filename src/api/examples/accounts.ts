// Examples of accounts: how they sign in, and what they have.

import type { Examples } from './example.ts';
import { createdAt, ids, later, listOf, tenant, user } from './things.ts';

const challengeId = 'ch_5t8b7m3k9q0c7x1v';
const token = 'sps_7m3k9q0c7x1v5t8b7m3k9q0c7x1v5t8b7m3k9q0';
const started = { challengeId, expiresAt: later };
const recoveryCodes = ['7m3k9q0c7x1v5t8b', '1v5t8b7m3k9q0c7x'];

const account = {
  id: 'a_0c7x1v5t8b7m3k9q',
  email: user.email,
  name: user.name,
  createdAt,
  hasTotp: false,
  passkeys: 1,
};

const session = {
  id: 's_9q0c7x1v5t8b7m3k',
  methods: ['passkey'],
  twoFactors: true,
  tenantId: null,
  createdAt,
  seenAt: createdAt,
  expiresAt: later,
  address: '192.0.2.7',
  userAgent: 'Mozilla/5.0',
  current: true,
};

const passkey = {
  id: 'p_8b7m3k9q0c7x1v5t',
  name: "Ada's phone",
  backedUp: true,
  createdAt,
  lastUsedAt: null,
};

const issuer = 'https://login.example.com';
const clientId = 'sallyport';
const provider = {
  issuer,
  clientId,
  groupsClaim: 'groups',
  createsUsers: false,
  enabled: true,
  redirectUri: 'https://vpn.example.com/v1/sign-in/oidc/callback',
  signInUrl: 'https://vpn.example.com/v1/sign-in/oidc/start/acme',
  revision: 12,
};

const credential = { id: 'x9Qm', rawId: 'x9Qm', type: 'public-key' };

const signInExamples: Examples = {
  'account.startSignIn': { body: { email: user.email }, reply: started },
  'account.signIn': {
    body: { challengeId, code: '12345678', as: 'token' },
    reply: { session: { ...session, methods: ['mail'], twoFactors: false }, next: null, token },
  },
  'account.signOut': { body: {} },
  'user.accept': {
    body: { token: 'the-secret-of-the-invitation', name: user.name },
    reply: { session, next: null },
  },
  'passkey.startSignIn': {
    body: {},
    reply: { challengeId, options: { challenge: 'q0c7x1v5', rpId: 'vpn.example.com' } },
  },
  'passkey.signIn': {
    body: {
      challengeId,
      response: {
        ...credential,
        response: { clientDataJSON: 'eyJ9', authenticatorData: 'SZYN', signature: 'MEUC' },
      },
    },
    reply: { session, next: null },
  },
  'totp.signIn': { body: { code: '123456' }, reply: { session, next: null } },
  'totp.recover': { body: { code: recoveryCodes[0] }, reply: { session, next: null } },
};

export const accountExamples: Examples = {
  ...signInExamples,
  'me.get': {
    reply: {
      kind: 'session',
      account,
      session,
      next: null,
      key: null,
      tenants: [
        {
          tenantId: tenant.id,
          slug: tenant.slug,
          name: tenant.name,
          status: 'active',
          userId: ids.user,
          role: 'owner',
        },
      ],
    },
  },
  'account.update': { body: { name: account.name }, reply: account },
  'account.delete': {},
  'account.recover': {
    body: { email: user.email },
    reply: { url: 'https://vpn.example.com/portal/#/recover/shown-here-once', expiresAt: later },
  },
  'session.list': { reply: listOf(session) },
  'session.revoke': {},
  'passkey.startCreate': {
    body: {},
    reply: { challengeId, options: { challenge: 'q0c7x1v5', rp: { id: 'vpn.example.com' } } },
  },
  'passkey.create': {
    body: {
      challengeId,
      name: passkey.name,
      response: {
        ...credential,
        response: { clientDataJSON: 'eyJ9', attestationObject: 'o2Nm', transports: ['internal'] },
      },
    },
    reply: passkey,
  },
  'passkey.list': { reply: listOf(passkey) },
  'passkey.update': { body: { name: passkey.name }, reply: passkey },
  'passkey.delete': {},
  'totp.create': {
    body: {},
    reply: {
      secret: 'JBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Sallyport:ada%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Sallyport',
      qrSvg: '<svg xmlns="http://www.w3.org/2000/svg"/>',
    },
  },
  'totp.confirm': { body: { code: '123456' }, reply: { recoveryCodes } },
  'totp.renewCodes': { body: {}, reply: { recoveryCodes } },
  'totp.delete': {},
  'oidc.startSignIn': {},
  'oidc.signIn': {},
  'oidc.get': { reply: provider },
  'oidc.set': {
    body: { issuer, clientId, clientSecret: 'from-the-provider', groupsClaim: 'groups' },
    reply: provider,
  },
  'oidc.delete': {},
};
