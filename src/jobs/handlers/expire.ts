// device.expire: ends the devices whose time is over, and comes back for the next one. Whoever
// changes an end makes it due; the daily look makes up for what got lost.

import { limits } from '../../model/limits.ts';
import { noOrigin } from '../../model/origin.ts';
import { expireDevice, readEnded } from '../../operations/device/expire.ts';
import { type TenantScope, wholeTenant } from '../../operations/services.ts';
import type { TenantHandler } from '../deps.ts';

export const expire: TenantHandler = async (_payload, { db, services, tenantId, now, signal }) => {
  const scope: TenantScope = {
    ...{ services, tenantId, db, origin: noOrigin, reach: wholeTenant },
    ...{ principal: { kind: 'operator' }, actor: 'system' },
  };
  const { ended } = await readEnded(scope);
  const faults: unknown[] = [];
  for (const id of ended) {
    if (signal.aborted) break;
    await expireDevice(scope, id).catch((error: unknown) => void faults.push(error));
  }
  if (faults.length > 0) throw faults[0];
  const { nextAt = Infinity } = await readEnded(scope);
  return { repeatAt: Math.min(nextAt, now() + limits.deviceEndsLookEveryMilliseconds) };
};
