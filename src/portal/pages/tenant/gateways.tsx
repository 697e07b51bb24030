// Gateways: the tenant's VMs.

import { useState } from 'preact/hooks';
import type { Reply } from '../../../client/client.ts';
import { installStrongswan } from '../../../model/strongswan-packages.ts';
import { hrefOf } from '../../address.ts';
import { api, idempotencyKey } from '../../api.ts';
import type { PageProps } from '../../me.ts';
import { Badge, Check, Copy, Field, Form, More, Row } from '../../parts.tsx';
import { count } from '../../words.ts';
import { List } from './list.tsx';

type Gateway = Reply<'gateway.get'>;
export type Created = Reply<'gateway.create'>;

const silentAfterMilliseconds = 5 * 60_000;

export function endpointOf({ endpoint: { host, port } }: Gateway): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function Packages() {
  return <Copy label="For IKEv2 its VM needs, on Debian:" text={installStrongswan.join(' ')} />;
}

/** The lines that make a VM this gateway. */
export function EnrollmentLine({ gateway, enrollment }: Created) {
  const where = `Run this as root on the VM that shall be "${gateway.name}".`;
  return (
    <div class="card">
      {gateway.ikev2 && <Packages />}
      <Copy label={`${where} It works once, for 24 hours.`} text={enrollment.command} />
    </div>
  );
}

/** How many may come in; one device may do it both ways. */
export function devicesOf({ peerCount, ikev2 }: Gateway): string {
  const some = count(peerCount, 'device', 'devices');
  if (!ikev2) return some;
  return `${some} by WireGuard, ${ikev2.deviceCount} by IKEv2`;
}

/** How a gateway is, in a word. */
export function gatewayBadge({ status, applied, observed }: Gateway) {
  if (status === 'pending') return <Badge tone="wait">not set up yet</Badge>;
  if (applied === 'failed') return <Badge tone="bad">has a problem</Badge>;
  const silent = observed
    ? Date.now() - new Date(observed.reportedAt).getTime()
    : Number.POSITIVE_INFINITY;
  if (applied === 'pending') return <Badge tone="wait">is catching up</Badge>;
  return <Badge tone="good">{silent < silentAfterMilliseconds ? 'in order' : 'quiet'}</Badge>;
}

function NewGateway({ tenantId, made }: { tenantId: string; made: (created: Created) => void }) {
  const [key, renew] = useState(idempotencyKey);
  return (
    <More title="Add a gateway">
      <Form
        label="Add it"
        submit={async ({ name = '', host = '', port, ikev2 }) => {
          const endpoint = port === undefined ? { host } : { host, port: Number(port) };
          const body = { name, endpoint, ikev2: ikev2 !== undefined };
          const options = { params: { tenantId }, body, idempotencyKey: key };
          made(await api.call('gateway.create', options));
          renew(idempotencyKey());
        }}
      >
        <Field label="Name" name="name" maxLength={100} required />
        <Field
          label="Where devices reach it"
          hint="A host name or address, as seen from outside. Behind a NAT, the NAT's."
          name="host"
          required
        />
        <Field label="UDP port of WireGuard" name="port" inputMode="numeric" placeholder="51820" />
        <Check
          label="IKEv2 as well"
          hint="Devices connect without an app. Its VM needs strongSwan: the line for that follows."
          name="ikev2"
          on
        />
      </Form>
    </More>
  );
}

export function GatewaysPage({ tenant: { tenantId, role } }: PageProps) {
  const [created, made] = useState<Created>();
  const ask = (cursor: string | undefined) =>
    api.call('gateway.list', { params: { tenantId }, query: { limit: 50, cursor } });
  return (
    <>
      <h1>Gateways</h1>
      {created && <EnrollmentLine {...created} />}
      {role !== 'auditor' && <NewGateway tenantId={tenantId} made={made} />}
      <List
        ask={ask}
        again={created}
        empty="No gateway yet. It is a VM of yours with one program on it."
      >
        {(gateway) => (
          <Row
            key={gateway.id}
            title={gateway.name}
            href={hrefOf('t', tenantId, 'gateways', gateway.id)}
            badge={gatewayBadge(gateway)}
            notes={`${endpointOf(gateway)}, ${devicesOf(gateway)}`}
          />
        )}
      </List>
    </>
  );
}
