// Examples of gateways, and of what agents say.

import type { Examples } from './example.ts';
import { authority, gateway, ids, later, listOf, publicKeys, tenant } from './things.ts';

const token = 'spe_3f8k2m9q0c7x1v5t_works-once-within-a-day';
const { observed, endpoint, name, dns } = gateway;
const { reportedAt, ...observedNow } = observed;

const waiting = {
  ...gateway,
  status: 'pending',
  wireguardPublicKey: null,
  observed: null,
  applied: 'pending',
};
const enrollment = {
  token,
  expiresAt: later,
  command: `sallyport-agent enroll --url https://vpn.example.com --token ${token}`,
};

export const gatewayExamples: Examples = {
  'gateway.create': {
    body: { name, endpoint, dns },
    reply: { gateway: { ...waiting, peerCount: 0 }, enrollment },
  },
  'gateway.update': {
    body: { endpoint: { host: 'vpn2.example.com' }, isolateClients: true },
    reply: {
      ...gateway,
      endpoint: { ...endpoint, host: 'vpn2.example.com' },
      revision: 13,
      applied: 'pending',
      staleInProfiles: ['endpoint'],
    },
  },
  'gateway.renewToken': { reply: { gateway: waiting, enrollment } },
  'gateway.list': { reply: listOf(gateway) },
  'gateway.get': { reply: gateway },
  'gateway.delete': {},
  'gateway.enroll': {
    body: {
      token,
      identityKey: publicKeys.identity,
      wireguardPublicKey: publicKeys.gateway,
      protocol: 1,
      facts: { agent: '0.1.0', system: 'Debian 13', architecture: 'x86_64' },
    },
    reply: {
      tenantId: tenant.id,
      gatewayId: ids.gateway,
      gatewayName: name,
      stateKeys: [{ kid: 'state-1', publicKey: publicKeys.identity }],
    },
  },
  'gateway.certify': {
    body: { certificateRequest: '-----BEGIN CERTIFICATE REQUEST-----\nMIHuMIGWAgEAMA…' },
    reply: { certificate: 'MIIBszCCAVqgAwIBAgIQ' },
  },
  'gateway.revocations': { reply: '-----BEGIN X509 CRL-----\nMIIBCjCBsQIBATAK…' },
  'authority.list': { reply: listOf(authority) },
  'authority.rotate': { reply: { ...authority, generation: 2 } },
  'authority.retire': { reply: { ...authority, status: 'retired', gateways: 0 } },
  'gateway.state': { reply: 'eyJhbGciOiJFZERTQSJ9.eyJyZXZpc2lvbiI6MTJ9.c2lnbmF0dXJl' },
  'gateway.report': {
    body: {
      ...observedNow,
      peers: [
        { id: ids.device, latestHandshake: 1_795_771_800, receivedBytes: 48_213, sentBytes: 9_120 },
      ],
    },
    reply: { resync: false },
  },
};
