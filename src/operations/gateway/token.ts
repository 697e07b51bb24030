// The token with which a VM becomes a gateway. The database has its hash alone.

import type { CreatedGateway } from '../../model/gateway.ts';
import { base32 } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { secretHash } from '../../pki/tokens.ts';
import type { TenantScope } from '../services.ts';
import type { GatewayRow } from './view.ts';

export interface NewToken {
  columns: Pick<GatewayRow, 'enrollmentHash' | 'enrollmentExpiresAt'>;
  enrollment: CreatedGateway['enrollment'];
}

export async function newToken(
  { services, tenantId }: TenantScope,
  gatewayId: string,
): Promise<NewToken> {
  const secret = base32(services.random(limits.apiKeySecretBytes));
  const token = `spe_${tenantId.slice(2)}_${gatewayId.slice(3)}_${secret}`;
  const expiresAt = services.now() + limits.enrollmentLifetimeSeconds * 1000;
  return {
    columns: { enrollmentHash: await secretHash(token), enrollmentExpiresAt: expiresAt },
    enrollment: {
      token,
      expiresAt: new Date(expiresAt).toISOString(),
      command: `sallyport-agent enroll --url ${services.publicUrl} --token ${token}`,
    },
  };
}
