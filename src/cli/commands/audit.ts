// sallyport audit list | verify | export

import type { Command } from 'commander';
import { type Fault, type Verification, verificationSchema } from '../../model/audit.ts';
import { revisionSchema } from '../../model/revision.ts';
import { wholeNumber, withPages } from '../arguments.ts';
import { type Checked, checkFile, writeExport } from '../audit-file.ts';
import type { Answer } from '../client.ts';
import { refused } from '../failure.ts';
import { type Field, minute, record } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

const meanings: Record<Fault['what'], string> = {
  altered: 'was altered, or what stood before it',
  missing: 'is missing',
  cut_off: 'and all after it were cut off',
  anchor: 'has an anchor that does not vouch for it, or lost it',
};

/** Shows what was found; a fault ends the command with exit code 1. */
function conclude(
  session: Session,
  answer: Answer<Checked>,
  more: (checked: Checked) => Field[],
): void {
  const { fault } = answer.value;
  session.show(answer, (checked) => {
    const { verified, from, to, anchors } = checked;
    return record([
      ['verified', `${verified} revisions, ${from} to ${to}`],
      ['anchors', String(anchors)],
      ...more(checked),
      ['fault', fault ? `revision ${fault.number} ${meanings[fault.what]}` : 'none'],
    ]);
  });
  if (fault) throw refused(`revision ${fault.number} ${meanings[fault.what]}`, []);
}

async function verify(session: Session, first: number | undefined): Promise<void> {
  const path = `${session.tenantPath()}/audit/verify`;
  const pages: Answer<Verification>[] = [];
  for (let from = first; ; ) {
    const query = from === undefined ? '' : `?from=${from}`;
    const page = await session.send({
      method: 'GET',
      path: path + query,
      answer: verificationSchema,
    });
    pages.push(page);
    const { to, head, fault } = page.value;
    if (fault || to >= head) break;
    from = to + 1;
  }
  const values = pages.map(({ value }) => value);
  const [begin, end] = [values[0], values.at(-1)];
  if (!begin || !end) return;
  const sum = (pick: (value: Verification) => number) =>
    values.reduce((total, value) => total + pick(value), 0);
  const { from } = begin;
  const total = {
    ...{ ...end, from },
    verified: sum(({ verified }) => verified),
    anchors: sum(({ anchors }) => anchors),
  };
  const text = pages.length === 1 ? (pages[0]?.text ?? '') : JSON.stringify(total);
  conclude(session, { value: total, text }, () => [
    ['head', String(end.head)],
    ['key', end.key.publicKey],
  ]);
}

interface VerifyOptions {
  from?: number;
  file?: string;
  key?: string;
}

async function verifyFile(session: Session, file: string, key?: string): Promise<void> {
  const value = await checkFile(file, key);
  const note = 'not checked: give --key for that';
  conclude(session, { value, text: JSON.stringify(value) }, () =>
    key === undefined ? [['signatures', note]] : [],
  );
}

interface ExportOptions {
  since?: number;
  out: string;
}

async function exportLog(session: Session, { since, out }: ExportOptions): Promise<void> {
  const query = since === undefined ? '' : `?since=${since}`;
  const lines = session.download(`${session.tenantPath()}/audit/export${query}`);
  const value = await writeExport(lines, out);
  const text = JSON.stringify({ file: out, ...value });
  conclude(session, { value, text }, () => [['file', out]]);
}

interface ListOptions extends PageOptions {
  operation?: string;
  actor?: string;
  subject?: string;
  from?: string;
  to?: string;
}

function addList(audit: Command, shell: Shell): void {
  withPages(audit.command('list').description('list changes: when, what, to what, by whom'))
    .option('--operation <name>', 'one, or all of an entity: device.create, "device.*"')
    .option('--actor <id>', 'who did it')
    .option('--subject <id>', 'to what')
    .option('--from <time>', 'not before, such as 2026-11-22T00:00:00Z')
    .option('--to <time>', 'not after')
    .action(({ limit, cursor, ...filters }: ListOptions, command) => {
      const page = { ...(limit === undefined ? {} : { limit }), ...(cursor ? { cursor } : {}) };
      return showList(new Session(shell, command), page, {
        things: 'audit',
        query: { ...filters },
        item: revisionSchema,
        columns: [
          { title: 'nr', value: ({ number }) => String(number) },
          { title: 'at', value: ({ at }) => minute(at) },
          { title: 'operation', value: ({ operation }) => operation },
          { title: 'subject', value: ({ subject }) => subject },
          { title: 'by', value: ({ actor }) => actor, spare: true },
        ],
      });
    });
}

export function addAuditCommands(program: Command, shell: Shell): void {
  const audit = program.command('audit').description("the tenant's log of changes");
  addList(audit, shell);
  audit
    .command('verify')
    .description('check that nothing was altered, removed or cut off; fails if so')
    .option('--from <number>', 'the first revision to check', wholeNumber)
    .option('--file <path>', 'check an export instead, without the control plane')
    .option('--key <key>', "public key of the export's anchors")
    .action(({ from, file, key }: VerifyOptions, command) => {
      const session = new Session(shell, command);
      return file === undefined ? verify(session, from) : verifyFile(session, file, key);
    });
  audit
    .command('export')
    .description('write the log as lines of JSON, oldest first')
    .option('--since <number>', 'the last revision that you have', wholeNumber)
    .requiredOption('--out <file>', 'where to write it')
    .action((options: ExportOptions, command) => exportLog(new Session(shell, command), options));
}
