// One gateway: what it shall be, and what its agent says that it is.

import type { Reply } from '../../../client/client.ts';
import { go, hrefOf } from '../../address.ts';
import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import { Do, Waiting } from '../../parts.tsx';
import { ago } from '../../words.ts';
import type { PageProps } from '../tenant.tsx';
import { gatewayBadge } from './gateways.tsx';

type Gateway = Reply<'gateway.get'>;

function Observed({ observed, revision }: Gateway) {
  if (!observed) return <p class="soft">Its agent has not reported yet.</p>;
  const sections = Object.entries(observed.sections);
  return (
    <dl class="facts">
      <dt>Reported</dt>
      <dd>{ago(observed.reportedAt)}</dd>
      <dt>State</dt>
      <dd>
        {observed.revision === revision
          ? `all of it (revision ${revision})`
          : `revision ${observed.revision} of ${revision}`}
      </dd>
      {sections.map(([name, section]) => (
        <>
          <dt>{name}</dt>
          <dd class={section?.status === 'failed' ? 'bad' : ''}>
            {section?.status} {section?.error}
          </dd>
        </>
      ))}
      <dt>Versions</dt>
      <dd>
        {Object.entries(observed.versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', ')}
      </dd>
    </dl>
  );
}

export function GatewayPage({ tenant: { tenantId, role }, id = '' }: PageProps) {
  const params = { tenantId, gatewayId: id };
  const loaded = useLoaded(() => api.call('gateway.get', { params }), [tenantId, id]);
  return (
    <Waiting loaded={loaded}>
      {(gateway) => (
        <>
          <h1>
            {gateway.name} {gatewayBadge(gateway)}
          </h1>
          <dl class="facts">
            <dt>Endpoint</dt>
            <dd>
              {gateway.endpoint.host}:{gateway.endpoint.port}
            </dd>
            <dt>Pools</dt>
            <dd>
              {gateway.pools.v4}, {gateway.pools.v6}
            </dd>
            <dt>Devices</dt>
            <dd>{gateway.peerCount}</dd>
          </dl>
          <h2>What it reports</h2>
          <Observed {...gateway} />
          {role !== 'auditor' && (
            <Do
              tone="bad"
              confirm="Its VM keeps what it has until you switch it off. Go on?"
              run={async () => {
                await api.call('gateway.delete', { params });
                go('t', tenantId, 'gateways');
              }}
            >
              delete it
            </Do>
          )}
          <p>
            <a href={hrefOf('t', tenantId, 'gateways')}>All gateways</a>
          </p>
        </>
      )}
    </Waiting>
  );
}
