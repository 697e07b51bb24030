// Writes an operation's change and tells whom it concerns: the hub whose document it touched, and
// the clock of the jobs what is due.

import { ConstraintError } from '../db/driver.ts';
import { enqueueJob, type NewJob } from '../db/queue.ts';
import { change, type Decision } from '../db/revision.ts';
import { armWakeup } from '../db/wakeups.ts';
import { SallyportError } from '../model/errors.ts';
import type { Operation, Principal } from '../model/permissions.ts';
import { sendOn } from './outlets.ts';
import { countUsage, type UsageChange } from './quota/count.ts';
import { countJobs } from './quota/jobs.ts';
import { earlierAnswer, rememberAnswer } from './repeat.ts';
import type { TenantScope } from './services.ts';

export interface Outcome<T> extends Decision<T> {
  /** Gateways whose document the change reaches. */
  touched: readonly string[];
  /** What it uses up or gives back. */
  usage?: readonly UsageChange[];
  /** Effects that come after it. */
  jobs?: readonly NewJob[];
  /** Whether it made a standing job due. */
  hurried?: boolean;
}

/** What the log of requests calls the one who asks. */
export function actorOf(principal: Principal): string {
  if (principal.kind === 'key') return principal.keyId;
  if (principal.kind === 'agent') return principal.gatewayId;
  if (principal.kind === 'session') return principal.accountId;
  return principal.kind;
}

function taken(what: string, field: string, among: string) {
  return () =>
    new SallyportError('already_exists', `There is ${what} already.`, {
      wayOut: 'Use that one, or choose another.',
      problems: [{ field, rule: `must be unique among the ${among}` }],
    });
}

const conflicts: Record<string, () => SallyportError> = {
  'credentials.protocol, credentials.public_key': () =>
    new SallyportError('public_key_in_use', 'This public key is or was used by a device.', {
      wayOut: 'Make a fresh key pair; a key serves one device, once.',
    }),
  'gateways.name': taken('a gateway of this name', 'name', 'gateways'),
  'users.email': taken('a user with this e-mail address', 'email', 'users'),
  'groups.name': taken('a group of this name', 'name', 'groups'),
};

/** An earlier answer to the same question, found while deciding. */
class Replay<T> {
  readonly result: T;
  constructor(result: T) {
    this.result = result;
  }
}

/** @throws Replay, or SallyportError `idempotency_mismatch` */
async function refuseRepeat<T>(scope: TenantScope): Promise<void> {
  const earlier = await earlierAnswer<T>(scope, scope.db);
  if (earlier) throw new Replay(earlier.result);
}

/** The decision, completed by what every change has to write. */
async function complete<T>(scope: TenantScope, outcome: Outcome<T>): Promise<Outcome<T>> {
  const { usage = [], jobs = [], writes, result } = outcome;
  await countJobs(scope, jobs);
  const counted = await countUsage(scope, usage);
  return {
    ...outcome,
    jobs: [...jobs, ...counted.notices],
    writes: [
      ...writes,
      ...counted.writes,
      ...jobs.map((job) => enqueueJob(scope.db, job)),
      ...(await rememberAnswer(scope, scope.db, result)),
    ],
  };
}

async function tellEveryone<T>(
  { services, tenantId, db }: TenantScope,
  { touched, jobs = [], hurried = false }: Outcome<T>,
  number: number,
): Promise<void> {
  if (touched.length > 0) await services.hub.publish(tenantId, touched, number);
  await sendOn({ services, tenantId, db });
  if (jobs.length === 0 && !hurried) return;
  const due = Math.min(...jobs.map(({ dueAt }) => dueAt), hurried ? services.now() : Infinity);
  // A hint in another database: when it cannot be written, the next regular look finds the jobs.
  await services.directory.run(armWakeup(services.directory, tenantId, due)).catch(() => undefined);
  if (due <= services.now()) services.wake(tenantId);
}

/**
 * Makes a change in a tenant; see `change` for how `decide` is called.
 * @throws SallyportError what `decide` throws, `quota_reached`, and conflicts with what is there
 */
export async function commit<T>(
  scope: TenantScope,
  operation: Operation,
  decide: (number: number) => Promise<Outcome<T>>,
  actor: string = scope.actor,
): Promise<T> {
  const { db, services, origin } = scope;
  const author = { actor, operation, origin, at: services.now() };
  let last: { outcome: Outcome<T>; number: number } | undefined;
  try {
    const result = await change(db, author, async (number) => {
      await refuseRepeat(scope);
      const outcome = await complete(scope, await decide(number));
      last = { outcome, number };
      return outcome;
    });
    if (last) await tellEveryone(scope, last.outcome, last.number);
    return result;
  } catch (error) {
    if (error instanceof Replay) {
      if (scope.idempotency) scope.idempotency.replayed = true;
      return error.result;
    }
    const conflict = error instanceof ConstraintError ? conflicts[error.columns] : undefined;
    throw conflict ? conflict() : error;
  }
}
