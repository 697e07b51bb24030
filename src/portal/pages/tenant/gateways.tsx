// Gateways: the tenant's VMs.

import { useState } from 'preact/hooks';
import type { Reply } from '../../../client/client.ts';
import { hrefOf } from '../../address.ts';
import { api, idempotencyKey } from '../../api.ts';
import { Badge, Copy, Field, Form, More, Row } from '../../parts.tsx';
import type { PageProps } from '../tenant.tsx';
import { List } from './list.tsx';

type Gateway = Reply<'gateway.get'>;
export type Created = Reply<'gateway.create'>;

const silentAfterMilliseconds = 5 * 60_000;

export function endpointOf({ endpoint: { host, port } }: Gateway): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The line that makes a VM this gateway. */
export function EnrollmentLine({ gateway, enrollment }: Created) {
  const where = `Run this as root on the VM that shall be "${gateway.name}".`;
  return (
    <div class="card">
      <Copy label={`${where} It works once, for 24 hours.`} text={enrollment.command} />
    </div>
  );
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
        submit={async ({ name = '', host = '', port }) => {
          const endpoint = port === undefined ? { host } : { host, port: Number(port) };
          const options = { params: { tenantId }, body: { name, endpoint }, idempotencyKey: key };
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
        <Field label="UDP port" name="port" inputMode="numeric" placeholder="51820" />
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
            notes={`${endpointOf(gateway)}, ${gateway.peerCount} devices`}
          />
        )}
      </List>
    </>
  );
}
