// Which gateways have signed that they cut the device off, and which have yet to.

import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import { Badge, Row } from '../../parts.tsx';
import { when } from '../../words.ts';

const protocolWords = { wireguard: 'WireGuard', ikev2: 'IKEv2' } as const;

interface Props {
  tenantId: string;
  deviceId: string;
  /** Of the device: what is to be cut changes with it. */
  revision: number;
}

export function Receipts({ tenantId, deviceId, revision }: Props) {
  const ask = () => api.call('device.receipts', { params: { tenantId, deviceId } });
  const { receipts, pending } = useLoaded(ask, [tenantId, deviceId, revision]).value ?? {
    receipts: [],
    pending: [],
  };
  if (receipts.length + pending.length === 0) return null;
  return (
    <>
      <h2>Cut off</h2>
      <ul class="rows">
        {pending.map(({ gatewayId, gatewayName, protocol, credential, reached }) => (
          <Row
            key={`${gatewayId} ${credential}`}
            title={`${gatewayName}, ${protocolWords[protocol]}`}
            badge={<Badge tone="wait">{reached ? 'not signed' : 'not yet'}</Badge>}
            notes={
              reached
                ? 'It reports that it lets the device in no more, and has not signed it.'
                : 'It has not reported yet.'
            }
          />
        ))}
        {receipts.map(({ gatewayName, receipt, jws }) => (
          <Row
            key={jws}
            title={`${gatewayName ?? 'A deleted gateway'}, ${protocolWords[receipt.protocol]}`}
            badge={<Badge tone="good">signed</Badge>}
            notes={
              `Cut ${when(new Date(receipt.appliedAt).toISOString())}, ` +
              (receipt.lastSeenAt === null
                ? 'never seen there'
                : `last seen ${when(new Date(receipt.lastSeenAt).toISOString())}`)
            }
          />
        ))}
      </ul>
    </>
  );
}
