// What an example is.

import type { Operation } from '../../model/permissions.ts';

export interface Example {
  /** Left out where there is no body. */
  body?: unknown;
  /** Left out where success has no body. */
  reply?: unknown;
}

export type Examples = Readonly<Partial<Record<Operation, Example>>>;
