// One device: its links, its addresses, its traffic, and how to cut it off.

import type { Reply } from '../../../client/client.ts';
import { hrefOf } from '../../address.ts';
import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { PageProps } from '../../me.ts';
import { Do, Waiting } from '../../parts.tsx';
import { ago, bytes, when } from '../../words.ts';
import { ChangeDevice, modeName } from './device-change.tsx';
import { DeviceBadge, knowsOnDemand, platformName } from './devices.tsx';
import { Links } from './links.tsx';
import { Receipts } from './receipts.tsx';

type Device = Reply<'device.get'>;

/** The protocols that it has a profile of. */
function protocolsOf({ publicKey, ikev2 }: Device): string {
  const protocols = [];
  if (publicKey !== null) protocols.push('WireGuard');
  if (ikev2 !== null) protocols.push('IKEv2');
  return protocols.join(' and ') || 'none yet';
}

/** Of IKEv2: until when it lets the device in, and as whom gateways know the device. */
function Certificate({ identity, expiresAt }: NonNullable<Device['ikev2']>) {
  if (expiresAt === null)
    return (
      <>
        <dt>Password</dt>
        <dd>
          for <code>{identity}</code>
        </dd>
      </>
    );
  const hasEnded = new Date(expiresAt).getTime() < Date.now();
  return (
    <>
      <dt>Certificate</dt>
      <dd>
        {hasEnded ? (
          <span class="bad">ended {when(expiresAt)}: make a new link</span>
        ) : (
          `until ${when(expiresAt)}`
        )}
        <code>{identity}</code>
      </dd>
    </>
  );
}

function Facts({ device }: { device: Device }) {
  const addresses = device.connections.flatMap((one) => one.addresses).join(', ');
  const received = device.traffic.reduce((sum, one) => sum + one.receivedBytes, 0);
  const sent = device.traffic.reduce((sum, one) => sum + one.sentBytes, 0);
  const last = device.traffic
    .map((one) => one.latestHandshake ?? '')
    .sort()
    .at(-1);
  return (
    <dl class="facts">
      <dt>What</dt>
      <dd>{platformName(device.platform)}</dd>
      <dt>Profiles</dt>
      <dd>{protocolsOf(device)}</dd>
      {device.ikev2 && <Certificate {...device.ikev2} />}
      <dt>Addresses</dt>
      <dd>{addresses || (device.ikev2 ? 'given when it connects' : 'none yet')}</dd>
      <dt>Connected</dt>
      <dd>{last ? ago(last) : 'never'}</dd>
      <dt>Traffic</dt>
      <dd>
        {bytes(sent)} to it, {bytes(received)} from it
      </dd>
      {knowsOnDemand(device.platform) && (
        <>
          <dt>By itself</dt>
          <dd>{modeName(device.onDemand.mode)}</dd>
        </>
      )}
      {device.expiresAt !== null && (
        <>
          <dt>Ends</dt>
          <dd>{when(device.expiresAt)}, by itself</dd>
        </>
      )}
      <dt>Made</dt>
      <dd>{when(device.createdAt)}</dd>
    </dl>
  );
}

export function DevicePage({ tenant, id = '' }: PageProps) {
  const { tenantId, role } = tenant;
  const params = { tenantId, deviceId: id };
  const loaded = useLoaded(() => api.call('device.get', { params }), [tenantId, id]);
  const afterwards = async (change: Promise<unknown>): Promise<void> => {
    await change;
    loaded.reload();
  };
  return (
    <Waiting loaded={loaded}>
      {(device) => (
        <>
          <h1>
            {device.name} <DeviceBadge status={device.status} />
          </h1>
          <Facts device={device} />
          <h2>Links</h2>
          <Links
            tenantId={tenantId}
            of={{ deviceId: id }}
            mayChange={role !== 'auditor'}
            mayMake={role !== 'auditor' && device.status !== 'revoked'}
          />
          <Receipts tenantId={tenantId} deviceId={id} revision={device.revision} />
          {role !== 'auditor' && (
            <ChangeDevice tenant={tenant} device={device} done={loaded.reload} />
          )}
          {role !== 'auditor' && (
            <div class="row-actions">
              {device.status === 'revoked' ? (
                <Do run={() => afterwards(api.call('device.reissue', { params, body: {} }))}>
                  Let it back in
                </Do>
              ) : (
                <Do
                  tone="bad"
                  confirm="It is cut off everywhere within seconds. Go on?"
                  run={() => afterwards(api.call('device.revoke', { params }))}
                >
                  cut it off
                </Do>
              )}
            </div>
          )}
          <p>
            <a href={hrefOf('t', tenantId, 'devices')}>All devices</a>
          </p>
        </>
      )}
    </Waiting>
  );
}
