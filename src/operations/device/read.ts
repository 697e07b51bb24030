// Reads of devices that several operations share.

import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import { deviceGateways, devices, gateways, peers } from '../../db/schema/tenant.ts';
import { ikev2Peers } from '../../db/schema/tenant-pki.ts';
import type { Device } from '../../model/device.ts';
import { notFound } from '../../model/errors.ts';
import type { Ikev2Connection } from '../../model/profile.ts';
import type { WireguardConnection } from '../../model/wireguard.ts';
import { devicesWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { connectionView, type DeviceRow, deviceView } from './view.ts';

/** @throws SallyportError `not_found` */
export async function readDevice(scope: TenantScope, id: string): Promise<DeviceRow> {
  const { db } = scope;
  const wanted = and(eq(devices.id, id), devicesWithin(scope));
  const [[row]] = await db.run(db.build.select().from(devices).where(wanted));
  if (!row) throw notFound('device', id);
  return row;
}

/** The device's way to each enrolled gateway that serves it. */
export async function readConnections(
  { db }: TenantScope,
  deviceId: string,
): Promise<WireguardConnection[]> {
  const [rows] = await db.run(
    db.build
      .select({ gateway: gateways, host: peers.host })
      .from(peers)
      .innerJoin(gateways, eq(gateways.id, peers.gatewayId))
      .where(and(eq(peers.deviceId, deviceId), eq(peers.removed, false))),
  );
  return rows.flatMap(({ gateway, host }) => {
    const connection = host === null ? undefined : connectionView(gateway, host);
    return connection ? [connection] : [];
  });
}

/**
 * The device's way to each gateway that lets its certificate in.
 * @param authorities those that its profile trusts
 */
export async function readIkev2Connections(
  { db }: TenantScope,
  deviceId: string,
  authorities: readonly { id: string }[],
): Promise<(Omit<Ikev2Connection, 'routes' | 'dns'> & { routes: string[]; dns: string[] })[]> {
  const ready = and(
    eq(ikev2Peers.deviceId, deviceId),
    eq(ikev2Peers.removed, false),
    isNotNull(gateways.certificate),
  );
  const [rows] = await db.run(
    db.build
      .select({ gateway: gateways })
      .from(ikev2Peers)
      .innerJoin(gateways, eq(gateways.id, ikev2Peers.gatewayId))
      .where(ready)
      .orderBy(asc(gateways.createdRevision)),
  );
  return rows.map(({ gateway }) => {
    const { id, name, endpointHost, certificateAuthority, routes, dns, mtu } = gateway;
    const shown = authorities.findIndex((one) => one.id === certificateAuthority);
    // It has another one since, if it is none of them: then no profile of this issue fits.
    const authority = Math.max(0, shown);
    return { gatewayId: id, gatewayName: name, host: endpointHost, authority, routes, dns, mtu };
  });
}

/** Devices as the API shows them, with their gateways read in one go. */
export async function viewDevices({ db }: TenantScope, rows: DeviceRow[]): Promise<Device[]> {
  const ids = rows.map(({ id }) => id);
  const [served] = await db.run(
    db.build.select().from(deviceGateways).where(inArray(deviceGateways.deviceId, ids)),
  );
  const byDevice = Map.groupBy(served, ({ deviceId }) => deviceId);
  return rows.map((row) =>
    deviceView(
      row,
      (byDevice.get(row.id) ?? []).map(({ gatewayId }) => gatewayId),
    ),
  );
}
