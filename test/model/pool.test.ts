// Address allocation against a model: whatever is created and freed, nobody shares an address.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, overlaps, parseAddress, parsePrefix } from '../../src/model/cidr.ts';
import {
  addressesOf,
  defaultPools,
  gatewayAddresses,
  gatewayHost,
  lastHost,
  nextHost,
  type Pools,
  ulaPrefix,
} from '../../src/model/pool.ts';

const poolSizes = fc.tuple(fc.integer({ min: 25, max: 30 }), fc.integer({ min: 118, max: 120 }));
const pools: fc.Arbitrary<Pools> = poolSizes.map(([length4, length6]) => ({
  v4: `10.9.0.0/${length4}`,
  v6: `fd09::/${length6}`,
}));
/** True creates a device; a number frees one of the living. */
const steps = fc.array(fc.oneof(fc.constant(true as const), fc.nat()), { maxLength: 200 });

function prefix(text: string) {
  const parsed = parsePrefix(text);
  if (typeof parsed === 'string') throw new Error(text);
  return parsed;
}

/** The gateway's devices as a table would hold them: numbers given, and when each was freed. */
class Table {
  living: number[] = [];
  freed: number[] = [];
  highest = 0;

  create(from: Pools): number | undefined {
    const host = nextHost(from, { highest: this.highest, freed: this.freed[0] });
    if (host === undefined) return undefined;
    if (host === this.freed[0]) this.freed.shift();
    this.highest = Math.max(this.highest, host);
    this.living.push(host);
    return host;
  }

  free(choice: number): void {
    const [host] = this.living.splice(choice % Math.max(1, this.living.length), 1);
    if (host !== undefined) this.freed.push(host);
  }
}

describe('allocation', () => {
  it('never gives one address to two of the living, and only addresses of its pools', () => {
    fc.assert(
      fc.property(pools, steps, (from, script) => {
        const table = new Table();
        for (const step of script) {
          if (step !== true) table.free(step);
          else table.create(from);
          const texts = [...table.living, gatewayHost].flatMap((host) => addressesOf(from, host));
          expect(new Set(texts).size).toBe(texts.length);
        }
        for (const host of table.living) {
          const [v4, v6] = addressesOf(from, host).map(parseAddress);
          expect(v4 && contains(prefix(from.v4), v4)).toBe(true);
          expect(v6 && contains(prefix(from.v6), v6)).toBe(true);
        }
      }),
    );
  });

  it('is exhausted exactly when every address is taken', () => {
    fc.assert(
      fc.property(pools, steps, (from, script) => {
        const table = new Table();
        const room = lastHost(from) - gatewayHost;
        for (const step of script) {
          if (step !== true) table.free(step);
          else {
            const full = table.living.length === room;
            expect(table.create(from) === undefined).toBe(full);
          }
        }
      }),
    );
  });

  it('gives fresh addresses first, then the one freed longest ago', () => {
    fc.assert(
      fc.property(pools, steps, (from, script) => {
        const table = new Table();
        for (const step of script) {
          if (step !== true) table.free(step);
          else {
            const { highest } = table;
            const [oldest] = table.freed;
            const host = table.create(from);
            if (highest < lastHost(from)) expect(host).toBe(Math.max(highest + 1, gatewayHost + 1));
            else expect(host).toBe(oldest);
          }
        }
      }),
    );
  });

  it('never gives the network, the gateway or the IPv4 broadcast address', () => {
    const smallest: Pools = { v4: '10.9.0.0/30', v6: 'fd09::/64' };
    const table = new Table();
    expect(table.create(smallest)).toBe(2);
    expect(table.create(smallest)).toBeUndefined();
    expect(addressesOf(smallest, 2)).toEqual(['10.9.0.2', 'fd09::2']);
    expect(gatewayAddresses(smallest)).toEqual(['10.9.0.1/30', 'fd09::1/64']);
  });

  it('is bounded by the smaller of the two pools', () => {
    expect(lastHost({ v4: '10.0.0.0/8', v6: 'fd09::/120' })).toBe(254);
    expect(lastHost({ v4: '10.0.0.0/8', v6: 'fd09::/64' })).toBe(2 ** 24 - 2);
  });
});

describe('default pools', () => {
  it('of two slots never overlap, and lie in the tenant prefix', () => {
    const ula = ulaPrefix(new Uint8Array([1, 2, 3, 4, 5]));
    const slot = fc.nat(255);
    fc.assert(
      fc.property(slot, slot, (a, b) => {
        const [one, two] = [defaultPools(ula, a), defaultPools(ula, b)];
        expect(overlaps(prefix(one.v4), prefix(two.v4))).toBe(a === b);
        expect(overlaps(prefix(one.v6), prefix(two.v6))).toBe(a === b);
        expect(contains(prefix(ula), prefix(one.v6).address)).toBe(true);
        expect(contains(prefix('10.64.0.0/10'), prefix(one.v4).address)).toBe(true);
      }),
    );
  });

  it('start at these prefixes', () => {
    expect(defaultPools('fd5a:1b2c:3d4e::/48', 1)).toEqual({
      v4: '10.64.64.0/18',
      v6: 'fd5a:1b2c:3d4e:1::/64',
    });
  });
});

describe('a tenant prefix', () => {
  it('is a /48 that begins with fd, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 5 }), (random) => {
        const parsed = prefix(ulaPrefix(random));
        expect(parsed.length).toBe(48);
        expect(parsed.address.bytes.slice(0, 6)).toEqual([0xfd, ...random]);
      }),
    );
  });
});
