// Revisions by the thousand, for tests and benches of long logs.

import { desc } from 'drizzle-orm';
import type { Database } from '../../../src/db/database.ts';
import { revisionHash } from '../../../src/db/revision.ts';
import { revisions } from '../../../src/db/schema/tenant.ts';

/** Writes revisions by the hundred, as `change` would one by one. */
export async function insertRevisions(db: Database, count: number): Promise<void> {
  const [[head]] = await db.run(
    db.build.select().from(revisions).orderBy(desc(revisions.number)).limit(1),
  );
  let { number = 0, hash = '0'.repeat(64) } = head ?? {};
  const rows: (typeof revisions.$inferSelect)[] = [];
  for (let n = 0; n < count; n++) {
    const by = { at: n + 1, actor: 'u_0123456789abcdef', operation: 'user.create' as const };
    const origin = { address: '192.0.2.7', userAgent: 'curl/8.14.1' };
    const about = { subject: 'u_0123456789abcdef', summary: { name: 'Ada', role: 'member' } };
    const row = { number: ++number, ...by, ...about, ...origin };
    hash = await revisionHash(hash, row);
    rows.push({ ...row, hash });
  }
  while (rows.length > 0) {
    const some = rows.splice(0, 500);
    await db.run(db.build.insert(revisions).values(some));
  }
}
