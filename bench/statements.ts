// The statements of a control plane that runs with programs/count-statements.ts loaded.

import { z } from 'zod';
import type { LabProcess } from '../lab/process.ts';

const answerMs = 10_000;
const valueSchema = z.union([z.string(), z.number(), z.null()]);
const keptSchema = z.object({
  signals: z.int(),
  statements: z.array(z.object({ sql: z.string(), args: z.array(valueSchema) })),
});
type Kept = z.infer<typeof keptSchema>;
export type CountedStatement = Kept['statements'][number];

function lastKept(lines: readonly string[]): Kept | undefined {
  const line = lines.findLast((text) => text.startsWith('{"signals"'));
  return line === undefined ? undefined : keptSchema.parse(JSON.parse(line));
}

// The control plane looks for due jobs every few seconds, whoever asks what meanwhile.
const ofTheJobClock = /"job_(wakeups|sweep)"/;

async function signal(server: LabProcess): Promise<CountedStatement[]> {
  const before = lastKept(server.lines)?.signals;
  server.kill('SIGUSR2');
  const { statements } = await server.until((lines) => {
    const kept = lastKept(lines);
    return kept?.signals === before ? undefined : kept;
  }, answerMs);
  return statements;
}

/** The statements that reach the server's databases meanwhile, but for the job clock's. */
export async function statementsDuring<T>(
  server: LabProcess,
  work: () => Promise<T>,
): Promise<{ result: T; statements: CountedStatement[] }> {
  await signal(server);
  const result = await work();
  const statements = await signal(server);
  return { result, statements: statements.filter(({ sql }) => !ofTheJobClock.test(sql)) };
}
