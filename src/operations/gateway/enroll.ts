// gateway.enroll: a VM becomes the gateway that its token was made for.

import { eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import type { EnrollmentReply, EnrollmentRequest } from '../../model/enrollment.ts';
import { SallyportError } from '../../model/errors.ts';
import { secretHash } from '../../pki/tokens.ts';
import { commit } from '../commit.ts';
import { type Caller, type TenantScope, wholeTenant } from '../services.ts';
import { type GatewayRow, versionOf } from './view.ts';

const id = '([0-9a-hjkmnp-tv-z]{16})';
const tokenPattern = new RegExp(`^spe_${id}_${id}_[0-9a-hjkmnp-tv-z]{39}$`);

const wayOut = 'Make a new token for the gateway: sallyport gateway renew-token.';

function unknownToken(): SallyportError {
  return new SallyportError('unauthenticated', 'The enrolment token is not valid.', { wayOut });
}

async function scopeOf(
  { services, origin }: Caller,
  { token, identityKey }: EnrollmentRequest,
): Promise<[TenantScope, string]> {
  const [, tenant, gateway] = tokenPattern.exec(token) ?? [];
  const tenantId = `t_${tenant}`;
  const gatewayId = `gw_${gateway}`;
  const db = tenant === undefined ? undefined : await services.tenants.open(tenantId);
  if (!db) throw unknownToken();
  const principal = { kind: 'agent', tenantId, gatewayId, identityKey } as const;
  const caller = { services, origin, principal };
  return [{ ...caller, tenantId, db, actor: gatewayId, reach: wholeTenant }, gatewayId];
}

/** Whether the very same VM asks again, because it never heard our answer. */
function isRepeat(row: GatewayRow, request: EnrollmentRequest): boolean {
  return (
    row.identityKey === request.identityKey && row.wireguardPublicKey === request.wireguardPublicKey
  );
}

async function readRow({ db }: TenantScope, gatewayId: string, token: string): Promise<GatewayRow> {
  const hash = await secretHash(token);
  const [[row]] = await db.run(db.build.select().from(gateways).where(eq(gateways.id, gatewayId)));
  if (row?.enrollmentHash !== hash) throw unknownToken();
  return row;
}

function refuseSpent(row: GatewayRow, now: number): void {
  if (row.identityKey !== null)
    throw new SallyportError('token_used', 'This enrolment token was used by another VM.', {
      wayOut: `If that was not you, put that VM out at once. ${wayOut}`,
    });
  if (row.enrollmentExpiresAt <= now)
    throw new SallyportError('token_expired', 'This enrolment token has expired.', { wayOut });
}

function refuseOld({ protocol }: EnrollmentRequest, needed: number): void {
  if (protocol < needed)
    throw new SallyportError(
      'protocol_unsupported',
      `The agent reads documents up to version ${protocol}, not ${needed}.`,
      { wayOut: 'Install the current agent.' },
    );
}

/** @throws SallyportError `unauthenticated`, `token_*` or `protocol_unsupported` */
export async function enrollGateway(
  caller: Caller,
  request: EnrollmentRequest,
): Promise<EnrollmentReply> {
  const { services } = caller;
  const [scope, gatewayId] = await scopeOf(caller, request);
  const { db, tenantId } = scope;
  let row = await readRow(scope, gatewayId, request.token);
  refuseOld(request, versionOf(row));
  if (!isRepeat(row, request)) {
    row = await commit(scope, 'gateway.enroll', async (number) => {
      const fresh = await readRow(scope, gatewayId, request.token);
      refuseSpent(fresh, services.now());
      const { identityKey, wireguardPublicKey, facts } = request;
      return {
        subject: gatewayId,
        // With the key the log vouches for the receipts that it signs.
        summary: {
          agent: facts.agent,
          system: facts.system ?? null,
          wireguardPublicKey,
          identityKey,
        },
        writes: [
          db.build
            .update(gateways)
            .set({ identityKey, wireguardPublicKey, revision: number, sectionsRevision: number })
            .where(eq(gateways.id, gatewayId)),
        ],
        touched: [gatewayId],
        result: fresh,
      };
    });
    // It may remember the key of a VM that was here before.
    await services.hub.forget({ tenantId, gatewayId });
  }
  const { kid, publicKey } = services.keys.state;
  return { tenantId, gatewayId, gatewayName: row.name, stateKeys: [{ kid, publicKey }] };
}
