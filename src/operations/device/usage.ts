// What devices count for. A revoked one counts for nothing.

import { usageKey } from '../../model/quota.ts';
import type { UsageChange } from '../quota/count.ts';

/** What hands out access asks for: that this month's bytes are not used up. */
export function bytesLeft(userId: string, now: number): UsageChange[] {
  const names = ['bytesPerMonth', 'bytesPerUserPerMonth'] as const;
  return names.map((name) => ({ name, key: usageKey(name, now, userId), add: 0 }));
}

export function deviceUsage(userId: string, add: 1 | -1): UsageChange[] {
  return [
    { name: 'devices', add },
    { name: 'devicesPerUser', key: userId, add },
  ];
}
