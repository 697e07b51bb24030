// gateway.certify: a certificate for the key that the agent made and proves to have.

import { eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { toBase64 } from '../../model/encoding.ts';
import { SallyportError } from '../../model/errors.ts';
import type { CertificateRequest, IssuedCertificate } from '../../model/ikev2.ts';
import { limits } from '../../model/limits.ts';
import { readCertificateRequest } from '../../pki/csr.ts';
import { authoritiesFor } from '../authority/make.ts';
import { commit } from '../commit.ts';
import type { AgentPrincipal, TenantScope } from '../services.ts';
import { certifyKey } from './certificate.ts';
import { turnAway } from './turn-away.ts';
import type { GatewayRow } from './view.ts';

/** What of its life a certificate has left when it is time for the next. */
const lastShare = 1 / 3;

async function readRow({ db, services }: TenantScope, agent: AgentPrincipal): Promise<GatewayRow> {
  const query = db.build.select().from(gateways).where(eq(gateways.id, agent.gatewayId));
  const [[row]] = await db.run(query);
  if (row?.identityKey !== agent.identityKey) throw await turnAway(services, agent);
  if (!row.ikev2)
    throw new SallyportError('forbidden', 'This gateway shall not speak IKEv2.', {
      wayOut: 'An administrator can switch IKEv2 on for it.',
    });
  return row;
}

/** The certificate there is, while the key is the same and most of its life is to come. */
function presentCertificate(row: GatewayRow, key: string, now: number): string | undefined {
  const { ikePublicKey, certificate, certificateExpiresAt } = row;
  if (ikePublicKey !== key || certificate === null || certificateExpiresAt === null)
    return undefined;
  const lifeMilliseconds = limits.gatewayCertificateDays * 24 * 3_600_000;
  return certificateExpiresAt - now > lifeMilliseconds * lastShare ? certificate : undefined;
}

/** @throws SallyportError `invalid_input` for a bad request, `forbidden` without IKEv2 */
export async function certifyGateway(
  scope: TenantScope,
  agent: AgentPrincipal,
  { certificateRequest }: CertificateRequest,
): Promise<IssuedCertificate> {
  const { db, services } = scope;
  const { gatewayId } = agent;
  const key = toBase64(await readCertificateRequest(certificateRequest));
  const known = presentCertificate(await readRow(scope, agent), key, services.now());
  if (known !== undefined) return { certificate: known };
  return commit(scope, 'gateway.certify', async (number) => {
    const row = await readRow(scope, agent);
    const { living, writes, touched } = await authoritiesFor(scope, number, row.endpointHost);
    const { set, writes: issued } = await certifyKey(scope, living, row, key);
    const expiresAt = new Date(set.certificateExpiresAt).toISOString();
    return {
      subject: gatewayId,
      summary: { host: row.endpointHost, authorityId: set.certificateAuthority, expiresAt },
      writes: [
        ...writes,
        ...issued,
        db.build
          .update(gateways)
          .set({ ...set, sectionsRevision: number, revision: number })
          .where(eq(gateways.id, gatewayId)),
      ],
      touched: [...touched, gatewayId],
      result: { certificate: set.certificate },
    };
  });
}
