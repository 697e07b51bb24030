// How the tenant is: what of its quotas is used, and which gateways need somebody.

import { hrefOf } from '../../address.ts';
import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { PageProps } from '../../me.ts';
import { Badge, Card, Row, Waiting } from '../../parts.tsx';
import { bytes } from '../../words.ts';
import { gatewayBadge } from './gateways.tsx';

const quotaWords: Readonly<Record<string, string>> = {
  gateways: 'Gateways',
  users: 'Users',
  devices: 'Devices',
  linksPerDay: 'Links made today',
  jobsInFlight: 'Mails and other effects under way',
  bytesPerMonth: 'Traffic this month',
};

function Meter({ name, used, most }: { name: string; used: number | null; most: number }) {
  if (used === null) return null;
  const share = most === 0 ? 1 : Math.min(1, used / most);
  const isBytes = name.startsWith('bytes');
  const unlimited = most >= Number.MAX_SAFE_INTEGER;
  const said = (amount: number): string => (isBytes ? bytes(amount) : amount.toLocaleString('en'));
  return (
    <div>
      <strong>{quotaWords[name] ?? name}</strong>
      {!unlimited && (
        <div class={`meter ${share >= 0.8 ? 'bad' : ''}`}>
          <div style={{ width: `${share * 100}%` }} />
        </div>
      )}
      <p class="soft">{unlimited ? said(used) : `${said(used)} of ${said(most)}`}</p>
    </div>
  );
}

export function OverviewPage({ tenant: { tenantId, name } }: PageProps) {
  const params = { tenantId };
  const quotas = useLoaded(() => api.call('quota.get', { params }), [tenantId]);
  const gateways = useLoaded(() => api.call('gateway.list', { params }), [tenantId]);
  return (
    <>
      <h1>{name}</h1>
      <Waiting loaded={gateways}>
        {({ items }) =>
          items.length === 0 ? (
            <Card href={hrefOf('t', tenantId, 'gateways')}>
              <strong>Begin with a gateway</strong>
              <p class="soft">
                A VM of yours through which devices connect. It takes one line on it.
              </p>
            </Card>
          ) : (
            <ul class="rows">
              {items.map((gateway) => (
                <Row
                  key={gateway.id}
                  title={gateway.name}
                  href={hrefOf('t', tenantId, 'gateways', gateway.id)}
                  badge={gatewayBadge(gateway)}
                  notes={`${gateway.peerCount} devices`}
                />
              ))}
            </ul>
          )
        }
      </Waiting>
      <h2>Used</h2>
      <Waiting loaded={quotas}>
        {(all) => (
          <Card>
            {all
              .filter((quota) => quota.name in quotaWords)
              .map((quota) => (
                <Meter key={quota.name} {...quota} />
              ))}
            {all.some(({ warning }) => warning) && <Badge tone="bad">nearly used up</Badge>}
          </Card>
        )}
      </Waiting>
    </>
  );
}
