// Jobs: effects that come after a change, run until they succeed or are given up.

/** Kinds of which every tenant has one job at all times. */
export const standingJobKinds = ['prune', 'tenant.mirror', 'anchor', 'device.expire'] as const;
export type StandingJobKind = (typeof standingJobKinds)[number];

/** Kinds of which the directory's own queue has one job at all times. */
export const directoryJobKinds = ['pruneDirectory'] as const;
export type DirectoryJobKind = (typeof directoryJobKinds)[number];

/** Our own housekeeping, and what has a bound of its own: it counts for no tenant's quota. */
export const uncountedJobKinds = [
  ...standingJobKinds,
  'tenant.drop',
  'sealing.renew',
  'quota.notice',
  'webhook',
  'syslog',
] as const;
