// Which address pools a new gateway gets.

import { overlaps, type Prefix, parsePrefix } from '../../model/cidr.ts';
import { SallyportError } from '../../model/errors.ts';
import type { CreateGateway } from '../../model/gateway.ts';
import { limits } from '../../model/limits.ts';
import { defaultPools, type Pools } from '../../model/pool.ts';
import type { GatewayRow } from './view.ts';

export interface TakenPools extends Pools {
  name: string;
}

/** The pools that a gateway takes. */
export function takenPools({
  name,
  pool4,
  pool6,
  ikePool4,
  ikePool6,
}: Pick<GatewayRow, 'name' | 'pool4' | 'pool6' | 'ikePool4' | 'ikePool6'>): TakenPools[] {
  const plain = { name, v4: pool4, v6: pool6 };
  const hasIke = ikePool4 !== null && ikePool6 !== null;
  return hasIke ? [plain, { name, v4: ikePool4, v6: ikePool6 }] : [plain];
}

function prefixOf(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (typeof prefix === 'string') throw new Error(`pool "${text}" passed its schema: ${prefix}`);
  return prefix;
}

function collision(pool: string, taken: readonly TakenPools[]): TakenPools | undefined {
  const prefix = prefixOf(pool);
  return taken.find(({ v4, v6 }) => [v4, v6].some((other) => overlaps(prefix, prefixOf(other))));
}

function refuseOverlap(pools: Pools, taken: readonly TakenPools[]): void {
  for (const family of ['v4', 'v6'] as const) {
    const other = collision(pools[family], taken);
    if (!other) continue;
    throw new SallyportError(
      'pool_overlap',
      `The pool ${pools[family]} overlaps ${other[family]} of gateway "${other.name}".`,
      {
        wayOut: 'Choose another prefix, or leave the pool out and a free one is chosen.',
        problems: [{ field: `pools.${family}`, rule: "must not overlap another gateway's pool" }],
      },
    );
  }
}

/** Pools of a slot that nobody took; a gateway with IKEv2 has a second one. */
export function freeDefault(ula: string, taken: readonly TakenPools[]): Pools {
  for (let slot = 0; slot < limits.gatewaysPerTenant; slot++) {
    const pools = defaultPools(ula, slot);
    if (!collision(pools.v4, taken) && !collision(pools.v6, taken)) return pools;
  }
  throw new SallyportError('pool_exhausted', 'No default pool is free any more.', {
    wayOut: 'Name the pools of the new gateway yourself.',
  });
}

/** The asked-for pools, completed by free defaults; none overlaps a pool in use. */
export function choosePools(
  asked: CreateGateway['pools'],
  ula: string,
  taken: readonly TakenPools[],
): Pools {
  const { v4, v6 } = asked;
  if (v4 !== undefined && v6 !== undefined) {
    refuseOverlap({ v4, v6 }, taken);
    return { v4, v6 };
  }
  const free = freeDefault(ula, taken);
  const pools = { v4: v4 ?? free.v4, v6: v6 ?? free.v6 };
  refuseOverlap(pools, taken);
  return pools;
}
