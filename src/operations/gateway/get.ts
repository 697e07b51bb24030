// gateway.get

import type { Gateway } from '../../model/gateway.ts';
import type { TenantScope } from '../services.ts';
import { readGateway } from './read.ts';
import { gatewayView } from './view.ts';

export async function getGateway(scope: TenantScope, id: string): Promise<Gateway> {
  const { gateway, report } = await readGateway(scope, id);
  return gatewayView(gateway, report);
}
