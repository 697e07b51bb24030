// The certificate authorities: who vouches for gateways and devices of IKEv2, and their end.

import type { Reply } from '../../../client/client.ts';
import { limits } from '../../../model/limits.ts';
import { hrefOf } from '../../address.ts';
import { api } from '../../api.ts';
import type { PageProps } from '../../me.ts';
import { Badge, Do, Row } from '../../parts.tsx';
import { count, day } from '../../words.ts';
import { List } from './list.tsx';

type Authority = Reply<'authority.list'>['items'][number];
type Status = Authority['status'];

const badges = {
  active: ['good', 'active'],
  retiring: ['wait', 'to be retired'],
  retired: ['bad', 'retired'],
} as const satisfies Record<Status, readonly [string, string]>;
const order = Object.keys(badges);

/** Those that count come first. */
async function listed(tenantId: string, cursor: string | undefined) {
  const query = { limit: 100, cursor };
  const { items, next } = await api.call('authority.list', { params: { tenantId }, query });
  const sorted = items.toSorted((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  return { items: sorted, next };
}

function Notes({ authority }: { authority: Authority }) {
  const { generation, status, dependentDevices, gateways, createdAt, expiresAt } = authority;
  if (status === 'retired')
    return (
      <>
        Generation {generation}, made {day(createdAt)}
      </>
    );
  return (
    <>
      Generation {generation}, until {day(expiresAt)}
      <br />
      {count(dependentDevices, 'device depends', 'devices depend')} on it, and{' '}
      {count(gateways, 'gateway shows', 'gateways show')} its certificate
    </>
  );
}

function rotateWords({ domain }: Authority): string {
  return (
    'A new authority takes its place, which cannot be undone. Everyone stays connected, as this ' +
    'one is trusted until you retire it. By then, whoever connects by IKEv2 to gateways of ' +
    `${domain} needs a new profile. Go on?`
  );
}

function retireWords({ domain, deviceCertificates, dependentDevices }: Authority): string {
  const lose = count(dependentDevices, 'device loses', 'devices lose');
  const cut = count(deviceCertificates, 'device is', 'devices are');
  const words =
    dependentDevices === 0
      ? 'No device depends on it any more. '
      : `${lose} the way to gateways of ${domain} until there is a new profile: the present one ` +
        'is from before the rotation, or for the strongSwan app or NetworkManager, which trust ' +
        `one authority alone. Of all, ${cut} cut off from IKEv2 everywhere within seconds. `;
  return `${words}This cannot be undone. Go on?`;
}

interface OneProps {
  tenantId: string;
  authority: Authority;
  mayChange: boolean;
  done: () => void;
}

function AuthorityRow({ tenantId, authority, mayChange, done }: OneProps) {
  const { id, domain, status } = authority;
  const [tone, text] = badges[status];
  const params = { tenantId, authorityId: id };
  return (
    <Row
      title={domain}
      badge={<Badge tone={tone}>{text}</Badge>}
      notes={<Notes authority={authority} />}
    >
      {mayChange && status === 'active' && (
        <Do
          confirm={rotateWords(authority)}
          run={() => api.call('authority.rotate', { params }).then(done)}
        >
          rotate it
        </Do>
      )}
      {mayChange && status === 'retiring' && (
        <Do
          tone="bad"
          confirm={retireWords(authority)}
          run={() => api.call('authority.retire', { params }).then(done)}
        >
          retire it
        </Do>
      )}
    </Row>
  );
}

export function AuthoritiesPage({ tenant: { tenantId, role } }: PageProps) {
  const mayChange = role === 'owner';
  return (
    <>
      <h1>Authorities</h1>
      <p class="soft">
        They vouch for gateways and devices of IKEv2: one for each domain of gateways. Rotate one
        when its key may be known to somebody else, or its end is near. Then have devices get new
        profiles, and retire the old one. A certificate of a device ends after{' '}
        {limits.deviceCertificateDays} days in any case.
      </p>
      {!mayChange && <p>Only an owner rotates and retires them.</p>}
      <List
        ask={(cursor) => listed(tenantId, cursor)}
        again={tenantId}
        empty="None yet. One comes with the first gateway that has IKEv2."
      >
        {(authority, done) => (
          <AuthorityRow
            key={authority.id}
            tenantId={tenantId}
            authority={authority}
            mayChange={mayChange}
            done={done}
          />
        )}
      </List>
      {role !== 'auditor' && (
        <p>
          <a href={hrefOf('t', tenantId, 'settings')}>Settings</a>
        </p>
      )}
    </>
  );
}
