// apiKey.revoke: twice is the same as once. It bites at once in this process, and in others when
// their caches have forgotten the key.

import { eq } from 'drizzle-orm';
import { apiKeys } from '../../db/schema/tenant-people.ts';
import type { ApiKey } from '../../model/api-key.ts';
import { notFound } from '../../model/errors.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { mayChange } from '../user/grant.ts';
import { type ApiKeyRow, apiKeyView } from './view.ts';

async function readApiKey({ db }: TenantScope, id: string): Promise<ApiKeyRow> {
  const [[row]] = await db.run(db.build.select().from(apiKeys).where(eq(apiKeys.id, id)));
  if (!row) throw notFound('API key', id);
  return row;
}

export async function revokeApiKey(scope: TenantScope, id: string): Promise<ApiKey> {
  const { db, services } = scope;
  requireWholeTenant(scope);
  const now = services.now();
  const known = await readApiKey(scope, id);
  mayChange(scope, known.role);
  if (known.revokedAt !== null) return apiKeyView(known, now);
  const result = await commit(scope, 'apiKey.revoke', async () => {
    const row = await readApiKey(scope, id);
    return {
      subject: id,
      summary: { name: row.name, role: row.role },
      writes: [db.build.update(apiKeys).set({ revokedAt: now }).where(eq(apiKeys.id, id))],
      touched: [],
      result: apiKeyView({ ...row, revokedAt: now }, now),
    };
  });
  services.keyCache.delete(known.hash);
  return result;
}
