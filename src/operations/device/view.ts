import type { devices } from '../../db/schema/tenant.ts';
import type { Device } from '../../model/device.ts';
import { type Platform, platforms } from '../../model/platform.ts';
import { addressesOf } from '../../model/pool.ts';
import type { WireguardConnection } from '../../model/wireguard.ts';
import type { GatewayRow } from '../gateway/view.ts';
import { poolsOf } from '../peers.ts';

export type DeviceRow = typeof devices.$inferSelect;

export function platformOf(row: Pick<DeviceRow, 'platform'>): Platform {
  return platforms.find((platform) => platform === row.platform) ?? 'other';
}

function ikev2Of({ ikev2Identity, ikev2ExpiresAt }: DeviceRow): Device['ikev2'] {
  if (ikev2Identity === null) return null;
  const expiresAt = ikev2ExpiresAt === null ? null : new Date(ikev2ExpiresAt).toISOString();
  return { identity: ikev2Identity, expiresAt };
}

/** A device as the API shows it. */
export function deviceView(row: DeviceRow, gatewayIds: string[]): Device {
  return {
    id: row.id,
    userId: row.userId,
    name: row.name,
    platform: platformOf(row),
    status: row.status,
    publicKey: row.publicKey,
    ikev2: ikev2Of(row),
    expiresAt: row.expiresAt === null ? null : new Date(row.expiresAt).toISOString(),
    onDemand: row.onDemand,
    gatewayIds,
    revision: row.revision,
    createdAt: new Date(row.createdAt).toISOString(),
  };
}

/** What the device needs to reach a gateway, or undefined while its VM has not enrolled. */
export function connectionView(gateway: GatewayRow, host: number): WireguardConnection | undefined {
  if (gateway.wireguardPublicKey === null) return undefined;
  const [v4, v6] = addressesOf(poolsOf(gateway), host);
  return {
    gatewayId: gateway.id,
    gatewayName: gateway.name,
    endpoint: { host: gateway.endpointHost, port: gateway.endpointPort },
    gatewayPublicKey: gateway.wireguardPublicKey,
    addresses: [`${v4}/32`, `${v6}/128`],
    routes: gateway.routes,
    dns: gateway.dns,
    mtu: gateway.mtu,
  };
}
