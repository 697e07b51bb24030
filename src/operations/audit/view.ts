// A revision as the API, the exports and the outlets show it.

import type { revisions } from '../../db/schema/tenant.ts';
import type { Revision } from '../../model/revision.ts';

export function revisionView(row: typeof revisions.$inferSelect): Revision {
  return { ...row, at: new Date(row.at).toISOString() };
}
