// Gateways as the API shows them.

import { z } from 'zod';
import { anyPrefixSchema, ipAddressSchema, pool4Schema, pool6Schema } from './cidr.ts';
import { idSchema } from './ids.ts';
import { limits } from './limits.ts';
import { observedStateSchema } from './observed-state.ts';
import { timeSchema } from './tenant.ts';
import { nameSchema } from './text.ts';
import {
  changeEndpointSchema,
  endpointSchema,
  mtuSchema,
  portSchema,
  wireguardPublicKeySchema,
} from './wireguard.ts';

/** Everything through the tunnel, unless the tenant names prefixes. */
export const fullTunnel = ['0.0.0.0/0', '::/0'];

const routesSchema = z.array(anyPrefixSchema).min(1).max(limits.routesPerGateway);
const dnsSchema = z.array(ipAddressSchema).max(4);

export const createGatewaySchema = z.strictObject({
  name: nameSchema,
  /** Where clients reach it from outside, which behind a NAT differs from where it listens. */
  endpoint: endpointSchema,
  listenPort: portSchema.default(51820),
  pools: z.strictObject({ v4: pool4Schema.optional(), v6: pool6Schema.optional() }).default({}),
  routes: routesSchema.default(fullTunnel),
  dns: dnsSchema.default([]),
  mtu: mtuSchema.default(limits.mtuMost),
  isolateClients: z.boolean().default(true),
  /** Whether devices may also come in by IKEv2. */
  ikev2: z.boolean().default(false),
});
export type CreateGateway = z.infer<typeof createGatewaySchema>;

/** What is left out stays as it is. */
export const updateGatewaySchema = z
  .strictObject({
    name: nameSchema,
    endpoint: changeEndpointSchema,
    routes: routesSchema,
    dns: dnsSchema,
    mtu: mtuSchema,
    isolateClients: z.boolean(),
    /** Switched off and on again, it has other pools, and its agent needs a new certificate. */
    ikev2: z.boolean(),
  })
  .partial();
export type UpdateGateway = z.infer<typeof updateGatewaySchema>;

export const gatewaySchema = z.strictObject({
  id: idSchema('gateway'),
  name: z.string(),
  endpoint: endpointSchema,
  listenPort: portSchema,
  pools: z.strictObject({ v4: z.string(), v6: z.string() }),
  routes: z.array(z.string()),
  dns: z.array(z.string()),
  mtu: mtuSchema,
  isolateClients: z.boolean(),
  /** `pending` until its agent has enrolled. */
  status: z.enum(['pending', 'enrolled']),
  wireguardPublicKey: wireguardPublicKeySchema.nullable(),
  peerCount: z.int(),
  /** Null without IKEv2. */
  ikev2: z
    .strictObject({
      /** Devices that come in by IKEv2 get their addresses from here. */
      pools: z.strictObject({ v4: z.string(), v6: z.string() }),
      /** Devices whose certificate lets them in. */
      deviceCount: z.int(),
      /** Of the gateway's own; null until its agent has asked for one. */
      certificateExpiresAt: timeSchema.nullable(),
    })
    .nullable(),
  /** The revision its desired state is at. */
  revision: z.int(),
  /** What its agent reported last, without counters. */
  observed: z
    .strictObject({
      ...observedStateSchema.omit({ peers: true, traffic: true, receipts: true }).shape,
      reportedAt: timeSchema,
    })
    .nullable(),
  /** Whether the agent reports that it reached the desired revision. */
  applied: z.enum(['pending', 'applied', 'failed']),
  createdAt: timeSchema,
});
export type Gateway = z.infer<typeof gatewaySchema>;

/** What of a gateway stands in devices' profiles. */
export const profileFields = ['endpoint', 'routes', 'dns', 'mtu'] as const;

export const updatedGatewaySchema = z.strictObject({
  ...gatewaySchema.shape,
  /** What changed and stands as it was in profiles made before: such a device needs a new one. */
  staleInProfiles: z.array(z.enum(profileFields)),
});
export type UpdatedGateway = z.infer<typeof updatedGatewaySchema>;

export const createdGatewaySchema = z.strictObject({
  gateway: gatewaySchema,
  enrollment: z.strictObject({
    /** Single use; shown here once and never again. */
    token: z.string(),
    expiresAt: timeSchema,
    /** The line to run on the VM. */
    command: z.string(),
  }),
});
export type CreatedGateway = z.infer<typeof createdGatewaySchema>;
