// Makes the tenants and gateways of a fleet and enrols each, many tenants at a time.

import { randomBytes } from 'node:crypto';
import type { CreatedTenant } from '../src/model/tenant.ts';
import { apiOf, enrolledGateway, type Plane, type TestTenant } from '../test/contract/plane.ts';
import { FleetAgent, type FleetHabits } from './fleet-agent.ts';
import type { Target } from './fleet-target.ts';

export interface Fleet {
  tenants: TestTenant[];
  agents: FleetAgent[];
}

/** Works through the items, at most `most` at a time. */
export async function eachOf<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const one = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, one));
}

const tenantsAtOnce = 16;

export function planeOf({ url }: Target): Plane {
  return { request: (path, init) => fetch(url + path, init) };
}

export async function makeTenant({ operatorKey }: Target, plane: Plane): Promise<TestTenant> {
  const slug = `fleet${randomBytes(8).toString('hex')}`;
  const { body, text, status } = await apiOf(plane, operatorKey)<CreatedTenant>(
    'POST',
    '/v1/tenants',
    { name: 'Fleet', slug },
  );
  if (status !== 201) throw new Error(`a tenant could not be made: ${status} ${text}`);
  const { tenant, owner } = body;
  const key = body.key ?? '';
  const path = (rest: string): string => `/v1/tenants/${tenant.id}${rest}`;
  return { id: tenant.id, key, ownerId: owner.id, api: apiOf(plane, key), path };
}

/** @param perTenant gateways of each tenant; the last tenant may have fewer */
export async function enrolFleet(
  target: Target,
  count: number,
  perTenant: number,
  habits: FleetHabits,
): Promise<Fleet> {
  const plane = planeOf(target);
  const fleet: Fleet = { tenants: [], agents: [] };
  const sizes = Array.from({ length: Math.ceil(count / perTenant) }, (_, index) =>
    Math.min(perTenant, count - index * perTenant),
  );
  await eachOf(sizes, tenantsAtOnce, async (size) => {
    const tenant = await makeTenant(target, plane);
    fleet.tenants.push(tenant);
    for (let i = 0; i < size; i++) {
      const gateway = await enrolledGateway(plane, tenant);
      fleet.agents.push(new FleetAgent(target.url, tenant.id, gateway, habits));
    }
  });
  return fleet;
}
