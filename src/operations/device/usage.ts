// What devices count for. A revoked one counts for nothing.

import type { UsageChange } from '../quota/count.ts';

export function deviceUsage(userId: string, add: 1 | -1): UsageChange[] {
  return [
    { name: 'devices', add },
    { name: 'devicesPerUser', key: userId, add },
  ];
}
