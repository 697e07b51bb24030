// Devices.

import { z } from 'zod';
import {
  createDeviceSchema,
  deviceDetailSchema,
  deviceSchema,
  reissueDeviceSchema,
  updateDeviceSchema,
} from '../../model/device.ts';
import { idSchema } from '../../model/ids.ts';
import { deviceReceiptsSchema } from '../../model/receipt.ts';
import { createDevice } from '../../operations/device/create.ts';
import { getDevice } from '../../operations/device/get.ts';
import { listDevices } from '../../operations/device/list.ts';
import { deviceReceipts } from '../../operations/device/receipts.ts';
import { reissueDevice } from '../../operations/device/reissue.ts';
import { revokeDevice } from '../../operations/device/revoke.ts';
import { updateDevice } from '../../operations/device/update.ts';
import { pageSchema } from '../../operations/page.ts';
import { enterTenant } from '../../operations/scope.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ tenantId: idSchema('tenant'), deviceId: idSchema('device') });
const all = '/v1/tenants/{tenantId}/devices';
const one = `${all}/{deviceId}`;

function readRoutes(app: App): void {
  route(
    app,
    {
      operation: 'device.list',
      method: 'get',
      path: all,
      summary: 'List the devices, oldest first',
      params,
      query: pageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(deviceSchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listDevices(await enterTenant(caller, 'device.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'device.get',
      method: 'get',
      path: one,
      summary: 'Read a device, its ways to its gateways and its traffic',
      params: oneParams,
      reply: { status: 200, description: 'The device', schema: deviceDetailSchema },
    },
    async ({ caller, params: { tenantId, deviceId } }) =>
      getDevice(await enterTenant(caller, 'device.get', tenantId), deviceId),
  );
  route(
    app,
    {
      operation: 'device.receipts',
      method: 'get',
      path: `${one}/receipts`,
      summary: 'Read which gateways have signed that they cut the device off',
      description:
        'A gateway signs for each key of a device that it stopped letting in, because the device ' +
        'was revoked, moved, suspended with its user, or got another key. Each receipt is a ' +
        'compact JWS (RFC 7515, EdDSA) of type `sallyport-receipt+jws`, and verifies with the ' +
        "gateway's identity key beside it; the log's `gateway.enroll` names that key too.",
      params: oneParams,
      reply: { status: 200, description: 'Receipts', schema: deviceReceiptsSchema },
    },
    async ({ caller, params: { tenantId, deviceId } }) =>
      deviceReceipts(await enterTenant(caller, 'device.receipts', tenantId), deviceId),
  );
}

function updateRoute(app: App): void {
  route(
    app,
    {
      operation: 'device.update',
      method: 'patch',
      path: one,
      summary: "Change a device's name, platform, on-demand rules or gateways",
      description:
        'Other gateways take it with the credential that it has, and give it addresses there, ' +
        'which its client does not know before it gets them. On-demand rules stand in its next ' +
        'profile.',
      params: oneParams,
      body: updateDeviceSchema,
      reply: { status: 200, description: 'The device', schema: deviceSchema },
      updates: true,
      errors: ['limit_reached', 'pool_exhausted', 'user_suspended'],
    },
    async ({ caller, params: { tenantId, deviceId }, body }) =>
      updateDevice(await enterTenant(caller, 'device.update', tenantId), deviceId, body),
  );
}

export function registerDevices(app: App): void {
  readRoutes(app);
  updateRoute(app);
  const issues = [
    'public_key_in_use',
    'pool_exhausted',
    'quota_reached',
    'user_suspended',
  ] as const;
  route(
    app,
    {
      operation: 'device.create',
      method: 'post',
      path: all,
      summary: 'Make a device; with a public key it is live at once',
      params,
      body: createDeviceSchema,
      reply: { status: 201, description: 'The device', schema: deviceSchema },
      creates: true,
      errors: [...issues, 'gateway_not_ready'],
    },
    async ({ caller, params: { tenantId }, body }) =>
      createDevice(await enterTenant(caller, 'device.create', tenantId), body),
  );
  route(
    app,
    {
      operation: 'device.revoke',
      method: 'post',
      path: `${one}/revoke`,
      summary: 'Cut a device off every gateway and close its links',
      params: oneParams,
      reply: { status: 200, description: 'The device', schema: deviceSchema },
    },
    async ({ caller, params: { tenantId, deviceId } }) =>
      revokeDevice(await enterTenant(caller, 'device.revoke', tenantId), deviceId),
  );
  route(
    app,
    {
      operation: 'device.reissue',
      method: 'post',
      path: `${one}/reissue`,
      summary: "Replace the device's credential, and no other's",
      params: oneParams,
      body: reissueDeviceSchema,
      reply: { status: 200, description: 'The device', schema: deviceSchema },
      errors: [...issues, 'device_ended'],
    },
    async ({ caller, params: { tenantId, deviceId }, body }) =>
      reissueDevice(await enterTenant(caller, 'device.reissue', tenantId), deviceId, body),
  );
}
