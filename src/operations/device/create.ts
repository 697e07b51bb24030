// device.create: with a public key it is live at once; without one it waits for a link.

import { preparedInsert } from '../../db/prepared.ts';
import { devices } from '../../db/schema/tenant.ts';
import { type CreateDevice, type Device, defaultOnDemand } from '../../model/device.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { withoutCertificate } from '../certificate.ts';
import { commit } from '../commit.ts';
import { defaultGateways, issueCredential, serveDevice } from '../credential.ts';
import type { TenantScope } from '../services.ts';
import { readActiveUser } from '../user/read.ts';
import { lookForEnds, readEnd } from './end.ts';
import { namedGateways } from './gateways.ts';
import { bytesLeft, deviceUsage } from './usage.ts';
import { type DeviceRow, deviceView } from './view.ts';

async function chooseGateways(scope: TenantScope, input: CreateDevice): Promise<string[]> {
  if (input.gatewayIds) return namedGateways(scope, input.gatewayIds);
  const found = await defaultGateways(scope);
  if (found.length > 0) return found;
  throw new SallyportError('gateway_not_ready', 'The tenant has no gateway yet.', {
    wayOut: 'Make a gateway first; a device is reached through one.',
  });
}

/** The user whose device it becomes: who asks, unless they name another one within their reach. */
async function ownerOf(scope: TenantScope, asked: string | undefined): Promise<string> {
  const id = asked ?? scope.userId;
  if (id === undefined)
    throw new SallyportError('invalid_input', 'A device belongs to a user.', {
      wayOut: 'Give the id of the user.',
      problems: [{ field: 'userId', rule: 'is required for a key' }],
    });
  await readActiveUser(scope, id);
  return id;
}

const insertDevice = preparedInsert(devices);

export async function createDevice(scope: TenantScope, input: CreateDevice): Promise<Device> {
  const { services } = scope;
  const id = newId('device', services.random);
  const createdAt = services.now();
  return commit(scope, 'device.create', async (number) => {
    const userId = await ownerOf(scope, input.userId);
    const gatewayIds = await chooseGateways(scope, input);
    const { name, platform, publicKey } = input;
    const expiresAt = input.expiresAt === undefined ? null : readEnd(scope, input.expiresAt);
    const row: DeviceRow = {
      id,
      userId,
      name,
      platform,
      status: publicKey === undefined ? 'pending' : 'active',
      publicKey: publicKey ?? null,
      ...withoutCertificate,
      expiresAt,
      onDemand: defaultOnDemand,
      revision: number,
      createdAt,
      createdRevision: number,
    };
    const issued =
      publicKey === undefined
        ? { writes: [], touched: [] }
        : await issueCredential(scope, number, { id, publicKey }, gatewayIds);
    return {
      subject: id,
      summary: {
        ...{ name, userId, platform, publicKey: publicKey ?? null },
        ...(input.expiresAt === undefined ? {} : { expiresAt: input.expiresAt }),
      },
      writes: [
        insertDevice(row),
        ...serveDevice(scope, id, gatewayIds),
        ...issued.writes,
        ...(expiresAt === null ? [] : [lookForEnds(scope)]),
      ],
      hurried: expiresAt !== null,
      touched: issued.touched,
      usage: [...deviceUsage(userId, 1), ...bytesLeft(userId, createdAt)],
      result: deviceView(row, gatewayIds),
    };
  });
}
