// sealing.list, for the operator: how many sealed texts name which key, in every database.

import { asc, gt } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { tenants } from '../../db/schema/directory.ts';
import type { Sealing, SealingKeyUse } from '../../model/sealing.ts';
import type { Listing } from '../page.ts';
import type { Caller, Services } from '../services.ts';
import { faultOf, type TenantPage } from '../tenant/list.ts';
import { countByKey, directoryPlaces, type Place, tenantPlaces } from './places.ts';

async function usesOf(
  { keys: { sealer } }: Services,
  db: Database,
  places: readonly Place[],
): Promise<SealingKeyUse[]> {
  const [first, ...rest] = places.map((place) => countByKey(db, place));
  const counted = first ? (await db.run(first, ...rest)).flat() : [];
  const texts = new Map(sealer.ids.map((id) => [id, 0]));
  for (const { id, texts: more } of counted) texts.set(id, (texts.get(id) ?? 0) + more);
  const statusOf = (id: string) => {
    if (id === sealer.newest) return 'newest';
    return sealer.ids.includes(id) ? 'older' : 'missing';
  };
  return [...texts].map(([id, texts]) => ({ id, texts, status: statusOf(id) }));
}

/** The directory, or a tenant's database. @param first what to do in it before it is counted */
async function lookInto(
  services: Services,
  tenantId: string | null,
  first: (db: Database, tenantId: string | null) => Promise<void>,
): Promise<Sealing> {
  try {
    const db = tenantId === null ? services.directory : await services.tenants.open(tenantId);
    if (db) await first(db, tenantId);
    const places = tenantId === null ? directoryPlaces : tenantPlaces;
    const keys = db ? await usesOf(services, db, places) : [];
    return { tenantId, database: { status: 'ready', fault: null }, keys };
  } catch (error) {
    return { tenantId, database: faultOf(error), keys: [] };
  }
}

/** Opens the database of every tenant of the page; the directory comes with the first page. */
export async function listSealing(
  { services }: Caller,
  { limit, cursor = '' }: TenantPage,
  first: Parameters<typeof lookInto>[2] = async () => undefined,
): Promise<Listing<Sealing>> {
  const { directory } = services;
  const query = directory.build.select({ id: tenants.id }).from(tenants);
  const after = query.where(gt(tenants.id, cursor)).orderBy(asc(tenants.id));
  const [rows] = await directory.run(after.limit(limit + 1));
  const shown = rows.slice(0, limit).map(({ id }) => id);
  const all = cursor === '' ? [null, ...shown] : shown;
  return {
    items: await Promise.all(all.map((id) => lookInto(services, id, first))),
    next: rows.length > limit ? (shown.at(-1) ?? null) : null,
  };
}
