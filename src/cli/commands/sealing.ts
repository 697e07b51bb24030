// sallyport sealing list | renew

import type { Command } from 'commander';
import { type Sealing, type SealingKeyUse, sealingSchema } from '../../model/sealing.ts';
import { pageOf } from '../client.ts';
import { refused } from '../failure.ts';
import { type Column, record, table } from '../output.ts';
import { pageQuery, Session } from '../session.ts';
import type { Shell } from '../shell.ts';

const columns: readonly Column<SealingKeyUse>[] = [
  { title: 'key', value: ({ id }) => id },
  { title: 'texts', value: ({ texts }) => String(texts) },
  {
    title: 'status',
    value: ({ status }) => (status === 'missing' ? 'missing in SALLYPORT_SEALING_KEYS' : status),
  },
];

/** Asks for every database, page by page. */
async function everyDatabase(
  session: Session,
  method: 'GET' | 'POST',
  path: string,
): Promise<Sealing[]> {
  const seen: Sealing[] = [];
  let cursor: string | null = null;
  do {
    const query: string = pageQuery(cursor === null ? {} : { cursor });
    const { value } = await session.send({
      method,
      path: `${path}${query}`,
      answer: pageOf(sealingSchema),
    });
    seen.push(...value.items);
    cursor = value.next;
  } while (cursor !== null);
  return seen;
}

function sumsOf(databases: readonly Sealing[]): SealingKeyUse[] {
  const sums = new Map<string, SealingKeyUse>();
  for (const use of databases.flatMap(({ keys }) => keys))
    sums.set(use.id, { ...use, texts: use.texts + (sums.get(use.id)?.texts ?? 0) });
  return [...sums.values()];
}

/** Fails when a database could not be looked at: nobody knows what it holds. */
function show(session: Session, databases: readonly Sealing[], after = ''): void {
  const keys = sumsOf(databases);
  const unseen = databases.filter(({ database }) => database.status !== 'ready');
  session.show({ value: keys, text: JSON.stringify({ keys, unseen }, null, 2) }, () =>
    [
      table(keys, columns, session.shell.columns),
      ...unseen.map(({ tenantId, database: { status, fault } }) =>
        record([
          ['tenant', tenantId ?? 'none: the directory'],
          ['database', status],
          ['fault', fault ?? ''],
        ]),
      ),
      after,
    ].join(''),
  );
  if (unseen.length > 0)
    throw refused(`${unseen.length} of ${databases.length} databases were left out`, []);
}

const begun = 'That was before. Jobs seal everything anew now; see: sallyport sealing list\n';

export function addSealingCommands(program: Command, shell: Shell): void {
  const sealing = program
    .command('sealing')
    .description("the keys that seal secrets in the databases (needs the operator's key)");
  sealing
    .command('list')
    .description('count what is sealed with which key')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      show(session, await everyDatabase(session, 'GET', '/v1/sealing'));
    });
  sealing
    .command('renew')
    .description('seal everything again with the newest key')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      show(session, await everyDatabase(session, 'POST', '/v1/sealing/renew'), begun);
    });
}
