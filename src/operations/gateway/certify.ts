// gateway.certify: a certificate for the key that the agent made and proves to have.

import { eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { toBase64 } from '../../model/encoding.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import type { CertificateRequest, IssuedCertificate } from '../../model/ikev2.ts';
import { limits } from '../../model/limits.ts';
import { readCertificateRequest } from '../../pki/csr.ts';
import { authoritiesFor } from '../authority/make.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { certifyKey } from './certificate.ts';
import type { GatewayRow } from './view.ts';

/** What of its life a certificate has left when it is time for the next. */
const lastShare = 1 / 3;

async function readRow({ db }: TenantScope, id: string): Promise<GatewayRow> {
  const [[row]] = await db.run(db.build.select().from(gateways).where(eq(gateways.id, id)));
  if (!row) throw notFound('gateway', id);
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
  gatewayId: string,
  { certificateRequest }: CertificateRequest,
): Promise<IssuedCertificate> {
  const { db, services } = scope;
  const key = toBase64(await readCertificateRequest(certificateRequest));
  const known = presentCertificate(await readRow(scope, gatewayId), key, services.now());
  if (known !== undefined) return { certificate: known };
  return commit(scope, 'gateway.certify', async (number) => {
    const row = await readRow(scope, gatewayId);
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
