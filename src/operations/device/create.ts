// device.create: with a public key it is live at once; without one it waits for a link.

import { eq, inArray } from 'drizzle-orm';
import { devices, gateways, users } from '../../db/schema/tenant.ts';
import type { CreateDevice, Device } from '../../model/device.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { commit } from '../commit.ts';
import { defaultGateways, issueCredential, serveDevice } from '../credential.ts';
import type { TenantScope } from '../services.ts';
import { type DeviceRow, deviceView } from './view.ts';

async function namedGateways({ db }: TenantScope, asked: string[]): Promise<string[]> {
  const unique = [...new Set(asked)];
  const query = db.build.select({ id: gateways.id }).from(gateways);
  const [rows] = await db.run(query.where(inArray(gateways.id, unique)));
  const found = rows.map(({ id }) => id);
  const missing = unique.find((id) => !found.includes(id));
  if (missing !== undefined) throw notFound('gateway', missing);
  return found;
}

async function chooseGateways(scope: TenantScope, input: CreateDevice): Promise<string[]> {
  if (input.gatewayIds) return namedGateways(scope, input.gatewayIds);
  const found = await defaultGateways(scope);
  if (found.length > 0) return found;
  throw new SallyportError('gateway_not_ready', 'The tenant has no gateway yet.', {
    wayOut: 'Make a gateway first; a device is reached through one.',
  });
}

async function requireUser({ db }: TenantScope, id: string): Promise<void> {
  const [[user]] = await db.run(db.build.select().from(users).where(eq(users.id, id)));
  if (!user) throw notFound('user', id);
}

export async function createDevice(scope: TenantScope, input: CreateDevice): Promise<Device> {
  const { db, services } = scope;
  const id = newId('device', services.random);
  const createdAt = services.now();
  return commit(scope, 'device.create', async (number) => {
    await requireUser(scope, input.userId);
    const gatewayIds = await chooseGateways(scope, input);
    const { userId, name, platform, publicKey } = input;
    const row: DeviceRow = {
      id,
      userId,
      name,
      platform,
      status: publicKey === undefined ? 'pending' : 'active',
      publicKey: publicKey ?? null,
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
      summary: { name, userId, platform, publicKey: publicKey ?? null },
      writes: [
        db.build.insert(devices).values(row),
        ...serveDevice(scope, id, gatewayIds),
        ...issued.writes,
      ],
      touched: issued.touched,
      result: deviceView(row, gatewayIds),
    };
  });
}
