// Jobs: effects that come after a change, run until they succeed or are given up.

/** Kinds of which every tenant has one job at all times. */
export const standingJobKinds = ['prune'] as const;
export type StandingJobKind = (typeof standingJobKinds)[number];
