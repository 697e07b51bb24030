// Bounds of the client, each with its unit in its name.

export const limits = {
  /** Of one call, its repetitions and pauses included. */
  callMilliseconds: 30_000,
  attempts: 4,
  /** Where the answer names no pause of its own; doubled each time. */
  pauseLeastMilliseconds: 250,
  pauseMostMilliseconds: 10_000,
} as const;
