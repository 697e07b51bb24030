// Devices with certificates: issued as a redemption does it, in a change of their own.

import { noOrigin } from '../../src/model/origin.ts';
import type { Ikev2ProfileKind } from '../../src/model/profile.ts';
import type { DeviceCertificate } from '../../src/operations/certificate.ts';
import { issueCertificate } from '../../src/operations/certificate.ts';
import { commit } from '../../src/operations/commit.ts';
import { gatewaysForIssue } from '../../src/operations/credential.ts';
import { readDevice } from '../../src/operations/device/read.ts';
import { type TenantScope, wholeTenant } from '../../src/operations/services.ts';
import { type GeneratedKey, generateKey } from '../../src/pki/key.ts';
import type { TestTenant } from '../contract/plane.ts';
import type { ControlPlane } from '../control-plane.ts';

async function scopeOf({ services }: ControlPlane, { id }: TestTenant) {
  const db = await services.tenants.open(id);
  if (!db) throw new Error('no database');
  const caller = { services, origin: noOrigin, principal: { kind: 'operator' as const } };
  return {
    ...caller,
    tenantId: id,
    db,
    actor: 'operator',
    reach: wholeTenant,
  } satisfies TenantScope;
}

/** Gives the device a certificate, for a key that nobody keeps unless it is given. */
export async function certifyDevice(
  plane: ControlPlane,
  tenant: TestTenant,
  deviceId: string,
  key?: Pick<GeneratedKey, 'spki'>,
  profile: Ikev2ProfileKind = 'swanctl',
): Promise<DeviceCertificate> {
  const scope = await scopeOf(plane, tenant);
  const { spki } = key ?? (await generateKey('ec-p256'));
  return commit(scope, 'link.redeem', async (number) => {
    const { gatewayIds, writes } = await gatewaysForIssue(scope, deviceId);
    const made = await issueCertificate(
      scope,
      number,
      await readDevice(scope, deviceId),
      { spki, profile },
      gatewayIds,
    );
    return {
      subject: deviceId,
      summary: {},
      writes: [...writes, ...made.writes],
      touched: made.touched,
      result: made.issued,
    };
  });
}
