// A VM that is not the gateway any more. The hub missed that, or the VM had not been let in.

import { notFound, type SallyportError } from '../../model/errors.ts';
import type { AgentPrincipal, Services } from '../services.ts';

/** Teaches the hub that the VM is out, and gives what to throw. */
export async function turnAway(
  { hub }: Pick<Services, 'hub'>,
  { tenantId, gatewayId }: AgentPrincipal,
): Promise<SallyportError> {
  await hub.forget({ tenantId, gatewayId });
  return notFound('gateway', gatewayId);
}
