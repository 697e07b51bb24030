// Writes an operation's change and tells the hub whose document it touched.

import { ConstraintError } from '../db/driver.ts';
import { change, type Decision } from '../db/revision.ts';
import { SallyportError } from '../model/errors.ts';
import type { Operation, Principal } from '../model/permissions.ts';
import type { TenantScope } from './services.ts';

export interface Outcome<T> extends Decision<T> {
  /** Gateways whose document the change reaches. */
  touched: readonly string[];
}

/** What the log calls the one who acts. */
export function actorOf(principal: Principal): string {
  if (principal.kind === 'key') return principal.keyId;
  if (principal.kind === 'agent') return principal.gatewayId;
  return principal.kind;
}

const conflicts: Record<string, () => SallyportError> = {
  'credentials.protocol, credentials.public_key': () =>
    new SallyportError('public_key_in_use', 'This public key is or was used by a device.', {
      wayOut: 'Make a fresh key pair; a key serves one device, once.',
    }),
  'gateways.name': () =>
    new SallyportError('already_exists', 'There is a gateway of this name already.', {
      wayOut: 'Choose another name.',
      problems: [{ field: 'name', rule: 'must be unique among the gateways' }],
    }),
  'users.email': () =>
    new SallyportError('already_exists', 'There is a user with this e-mail address already.', {
      wayOut: 'Use that user, or another address.',
      problems: [{ field: 'email', rule: 'must be unique among the users' }],
    }),
};

/**
 * Makes a change in a tenant; see `change` for how `decide` is called.
 * @throws SallyportError what `decide` throws, and conflicts with what is there
 */
export async function commit<T>(
  { db, services, principal, tenantId }: TenantScope,
  operation: Operation,
  decide: (number: number) => Promise<Outcome<T>>,
  actor: string = actorOf(principal),
): Promise<T> {
  const at = services.now();
  let touched: { gateways: readonly string[]; number: number } = { gateways: [], number: 0 };
  try {
    const result = await change(db, { actor, operation, at }, async (number) => {
      const outcome = await decide(number);
      touched = { gateways: outcome.touched, number };
      return outcome;
    });
    if (touched.gateways.length > 0)
      await services.hub.publish(tenantId, touched.gateways, touched.number);
    return result;
  } catch (error) {
    const conflict = error instanceof ConstraintError ? conflicts[error.columns] : undefined;
    throw conflict ? conflict() : error;
  }
}
