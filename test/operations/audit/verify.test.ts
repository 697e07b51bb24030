// Whoever has the database in their hands can alter the log, and cannot hide it.

import type { InValue } from '@libsql/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { change, revisionHash } from '../../../src/db/revision.ts';
import { revisions } from '../../../src/db/schema/tenant.ts';
import { limits } from '../../../src/model/limits.ts';
import { createLog } from './log.ts';
import { insertRevisions } from './revisions.ts';

test('finds nothing wrong with a log as it was written', async () => {
  const log = await createLog();
  await log.change(5);
  await log.anchor();
  await log.change(2);
  const { publicKey, kid } = log.plane.services.keys.state;
  expect(await log.verify()).toEqual({
    verified: 9,
    from: 1,
    to: 9,
    head: 9,
    anchors: 1,
    fault: null,
    key: { kid, publicKey },
  });
});

test('anchors the head once, and again only when there is more', async () => {
  const log = await createLog();
  for (let n = 0; n < 3; n++) await log.anchor();
  expect(await log.verify()).toMatchObject({ head: 2, anchors: 1 });
  await log.change(1);
  await log.anchor();
  expect(await log.verify()).toMatchObject({ head: 4, anchors: 2, fault: null });
});

test('walks a long log in bounded steps', async () => {
  const log = await createLog();
  const most = limits.verifyRevisionsPerCall;
  await insertRevisions(await log.db(), most + 20);
  const first = await log.verify();
  expect(first).toMatchObject({ verified: most, to: most, head: most + 21, fault: null });
  const second = await log.verify(first.to + 1);
  expect(second).toMatchObject({ verified: 21, from: most + 1, to: most + 21, fault: null });
  await log.tamper('update revisions set actor = ? where number = ?', ['x', most + 3]);
  expect((await log.verify()).fault).toBeNull();
  const fault = { number: most + 3, what: 'altered' };
  expect(await log.verify(first.to + 1)).toMatchObject({ verified: 2, fault });
}, 60_000);

test('takes the revision before the first for granted, if there is one', async () => {
  const log = await createLog();
  expect(await log.verify(2)).toMatchObject({ verified: 0, head: 1, fault: null });
  expect((await log.verify(9)).fault).toEqual({ number: 8, what: 'missing' });
});

describe('a change by hand', () => {
  const head = 13;
  const columns = [
    ...['number', 'at', 'actor', 'operation', 'subject', 'summary', 'hash'],
    ...['address', 'user_agent'],
  ];

  /** A log of 13 revisions, whose sixth and twelfth are anchored, and a copy of it. */
  async function prepared() {
    const log = await createLog();
    await log.change(5);
    await log.anchor();
    await log.change(4);
    // Some rows have an origin and some have none.
    const origin = { address: '192.0.2.7', userAgent: 'curl/8', requestId: null };
    const author = { actor: 'u_1', operation: 'user.create', origin, at: 9 } as const;
    const decision = { subject: 's', summary: { a: 1, b: 'x' }, writes: [], result: undefined };
    await change(await log.db(), author, async () => decision);
    await log.anchor();
    expect(await log.verify()).toMatchObject({ head, anchors: 2, fault: null });
    await log.tamper('create table kept as select * from revisions');
    /** What the log says after this, or undefined if the database did not take it. */
    const faultAfter = async (sql: string, args: InValue[] = []) => {
      try {
        await log.tamper(sql, args);
      } catch (error) {
        if (/constraint|mismatch/i.test(String(error))) return undefined;
        throw error;
      }
      return (await log.verify()).fault;
    };
    const restore = async () => {
      await log.tamper('delete from revisions');
      await log.tamper('insert into revisions select * from kept');
    };
    return { log, faultAfter, restore };
  }

  /** A number that JSON cannot carry is named by the nearest that it can. */
  function representable(to: unknown): number {
    const most = Number.MAX_SAFE_INTEGER;
    return Math.min(most, Math.max(-most, Number(to)));
  }

  const value = fc.oneof(
    fc.string(),
    fc.constantFrom('device.revoke', 'audit.anchor', 'operator', '{}', '{"a":1}', '[]', 'null', ''),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(null),
    fc.uint8Array({ maxLength: 20 }),
  );

  test('to any column of any row is found, and the row is named', async () => {
    const { log, faultAfter, restore } = await prepared();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: head }),
        fc.constantFrom(...columns),
        value,
        async (number, column, to) => {
          const set = `update revisions set ${column} = ? where number = ?`;
          const fault = await faultAfter(set, [to, number]);
          if (fault === undefined) return;
          const same = `select count(*) as n from revisions join kept using (number)
            where revisions.number = ? and revisions.${column} is kept.${column}`;
          const [row] = await log.tamper(same, [number]);
          const isSame = row?.n === 1n;
          await restore();
          if (isSame) expect(fault).toBeNull();
          else expect([number, representable(to)]).toContain(fault?.number);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  const cells = Array.from({ length: head }, (_, n) => n + 1).flatMap((number) =>
    columns.slice(1).map((column) => ({ number, column })),
  );

  test('that only adds to a text is found in every cell', async () => {
    const { faultAfter, restore } = await prepared();
    const missed: object[] = [];
    for (const cell of cells)
      for (const more of [' ', '\u0000x', 'x']) {
        const set = `update revisions set ${cell.column} = coalesce(${cell.column}, '') || ?`;
        const fault = await faultAfter(`${set} where number = ?`, [more, cell.number]);
        // A blank behind a number is no other number.
        const isSame = cell.column === 'at' && more === ' ';
        if (!isSame && fault?.number !== cell.number) missed.push({ ...cell, more, fault });
        await restore();
      }
    expect(missed).toEqual([]);
  }, 120_000);

  test('that removes a row is found, whichever it is', async () => {
    const { faultAfter, restore } = await prepared();
    for (let number = 1; number <= head; number++) {
      const what = number === head ? 'cut_off' : 'missing';
      const fault = await faultAfter('delete from revisions where number = ?', [number]);
      expect(fault).toEqual({ number, what });
      await restore();
    }
  });

  test('that cuts off the end is found, whether anchors or other tables know of more', async () => {
    const { log, faultAfter } = await prepared();
    const cut = { number: 10, what: 'cut_off' };
    expect(await faultAfter('delete from revisions where number > 9')).toEqual(cut);
    expect(await faultAfter('delete from anchors where number > 9')).toEqual(cut);
    await log.tamper('delete from users where created_revision > 9');
    // Nothing here knows of more any longer: a copy elsewhere has to.
    expect((await log.verify()).fault).toBeNull();
  });

  test('that swaps two rows is found at the first', async () => {
    const { log, faultAfter } = await prepared();
    const move = 'update revisions set number = ? where number = ?';
    await log.tamper(move, [99, 4]);
    await log.tamper(move, [4, 5]);
    expect(await faultAfter(move, [5, 99])).toEqual({ number: 4, what: 'altered' });
  });

  test('that puts a row before the first is found', async () => {
    const { faultAfter } = await prepared();
    const insert = 'insert into revisions select -7, at, actor, operation, subject, summary, hash,';
    const fault = await faultAfter(`${insert} address, user_agent from kept where number = 3`);
    expect(fault).toEqual({ number: -7, what: 'altered' });
  });

  test.each([
    ...['signature', 'hash', 'at', 'number'].map((name) => `update anchors set ${name} = 77`),
    'delete from anchors',
  ])('to an anchor is found: %s', async (sql) => {
    const { faultAfter } = await prepared();
    const fault = await faultAfter(`${sql} where number = 6`);
    expect(fault).toEqual({ number: 6, what: 'anchor' });
  });

  test('that hashes everything anew is found by the next anchor', async () => {
    const { log } = await prepared();
    const db = await log.db();
    await log.tamper("update revisions set actor = 'u_innocent' where number = 3");
    let previous = '0'.repeat(64);
    const [rows] = await db.run(db.build.select().from(revisions));
    for (const row of rows) {
      previous = await revisionHash(previous, row);
      const set = 'update revisions set hash = ? where number = ?';
      await log.tamper(set, [previous, row.number]);
    }
    expect((await log.verify()).fault).toEqual({ number: 6, what: 'anchor' });
  });
});
