// sallyport quota get | set

import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { type Quota, quotaNames, quotaSchema, type SetQuotas } from '../../model/quota.ts';
import { bytes, type Column, table } from '../output.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

const answer = z.array(quotaSchema);
const noLimit = Number.MAX_SAFE_INTEGER;

function amount({ name }: Quota, count: number): string {
  if (count === noLimit) return 'no limit';
  return name.startsWith('bytes') ? bytes(count) : String(count);
}

const columns: readonly Column<Quota>[] = [
  { title: 'quota', value: ({ name }) => name },
  { title: 'used', value: (quota) => (quota.used === null ? '' : amount(quota, quota.used)) },
  { title: 'most', value: (quota) => amount(quota, quota.most) },
  { title: '', value: ({ warning }) => (warning ? 'nearly used up' : ''), flexible: true },
  { title: 'set', value: ({ isDefault }) => (isDefault ? '' : 'for this tenant'), spare: true },
];

/** `devices=500`, or `devices=` for the usual limit again. */
function setting(text: string, before: SetQuotas = {}): SetQuotas {
  const [, name = '', most = ''] = /^(\w+)=(\d{0,16})$/.exec(text) ?? [];
  if (!quotaNames.some((known) => known === name))
    throw new InvalidArgumentError(
      `It must be name=number, or name= for the usual limit. Names: ${quotaNames.join(', ')}.`,
    );
  return { ...before, [name]: most === '' ? null : Number(most) };
}

export function addQuotaCommands(program: Command, shell: Shell): void {
  const quota = program.command('quota').description('limits of a tenant that cost nothing');
  quota
    .command('get')
    .description('show what is used of each')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/quotas`;
      const shown = await session.send({ method: 'GET', path, answer });
      session.show(shown, (quotas) => table(quotas, columns, shell.columns));
    });
  quota
    .command('set')
    .description("set limits (needs the operator's key)")
    .argument('<limits...>', 'such as devices=500, or devices= for the usual limit', setting)
    .action(async (body: SetQuotas, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/quotas`;
      const shown = await session.send({ method: 'PUT', path, body, answer });
      session.show(shown, (quotas) => table(quotas, columns, shell.columns));
    });
}
