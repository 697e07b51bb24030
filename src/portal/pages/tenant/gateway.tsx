// One gateway: what it shall be, and what its agent says that it is.

import { useState } from 'preact/hooks';
import type { Reply } from '../../../client/client.ts';
import { go, hrefOf } from '../../address.ts';
import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { PageProps } from '../../me.ts';
import { Check, Do, Field, Form, More, type Texts, Waiting } from '../../parts.tsx';
import { ago } from '../../words.ts';
import { Ikev2, SectionState } from './gateway-ikev2.tsx';
import { type Created, devicesOf, EnrollmentLine, endpointOf, gatewayBadge } from './gateways.tsx';

type Gateway = Reply<'gateway.get'>;
type Params = { tenantId: string; gatewayId: string };

function Observed({ observed, revision }: Gateway) {
  if (!observed) return <p class="soft">Its agent has not reported yet.</p>;
  const { wireguard, firewall } = observed.sections;
  const sections = { WireGuard: wireguard, 'Packet filter': firewall };
  // That one has its place further down.
  const { strongswan: _, ...versions } = observed.versions;
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
      {Object.entries(sections).map(([name, section]) => (
        <>
          <dt>{name}</dt>
          <dd>
            <SectionState section={section} />
          </dd>
        </>
      ))}
      <dt>Versions</dt>
      <dd>
        {Object.entries(versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', ')}
      </dd>
    </dl>
  );
}

const fieldWords: Readonly<Record<string, string>> = {
  endpoint: 'address',
  routes: 'routes',
  dns: 'DNS servers',
  mtu: 'MTU',
};

/** Prefixes or addresses as people write them: by line, comma or space. */
function listOf(text = ''): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== '');
}

interface ActionProps {
  gateway: Gateway;
  params: Params;
  done: () => void;
}

function Change({ gateway, params, done }: ActionProps) {
  const [stale, say] = useState<readonly string[]>([]);
  const submit = async (texts: Texts): Promise<void> => {
    const { name = '', host = '', port, mtu } = texts;
    const body = {
      name,
      endpoint: { host, port: Number(port) },
      routes: listOf(texts.routes),
      dns: listOf(texts.dns),
      mtu: Number(mtu),
      isolateClients: texts.isolateClients !== undefined,
    };
    const { revision } = gateway;
    const answer = await api.call('gateway.update', { params, body, ifMatch: `"${revision}"` });
    say(answer.staleInProfiles);
    done();
  };
  return (
    <>
      {stale.length > 0 && (
        <p role="status">
          Profiles made before still have the old{' '}
          {stale.map((field) => fieldWords[field] ?? field).join(', ')}. A device has the new one
          once it gets a new profile.
        </p>
      )}
      <More title="Change">
        <Form label="Keep the changes" submit={submit}>
          <Field label="Name" name="name" defaultValue={gateway.name} maxLength={100} required />
          <Field
            label="Where devices reach it"
            hint="A host name or address, as seen from outside. Behind a NAT, the NAT's."
            name="host"
            defaultValue={gateway.endpoint.host}
            required
          />
          <Field
            label="UDP port of WireGuard"
            name="port"
            inputMode="numeric"
            defaultValue={gateway.endpoint.port}
            required
          />
          <Field
            label="Routes"
            hint="What devices send into the tunnel: prefixes, apart by blanks."
            name="routes"
            defaultValue={gateway.routes.join(' ')}
            required
          />
          <Field
            label="DNS servers"
            hint="Addresses, apart by blanks. None: devices keep their own."
            name="dns"
            defaultValue={gateway.dns.join(' ')}
          />
          <Field
            label="MTU"
            hint="1280 to 1420. Connected, but pages do not load? Take 1280."
            name="mtu"
            inputMode="numeric"
            defaultValue={gateway.mtu}
            required
          />
          <Check label="Keep devices apart" name="isolateClients" on={gateway.isolateClients} />
        </Form>
      </More>
    </>
  );
}

function Actions({ params, done }: ActionProps) {
  const [renewed, show] = useState<Created>();
  return (
    <>
      {renewed && (
        <>
          <EnrollmentLine {...renewed} />
          <p class="soft">Once it is there, each device needs a new profile.</p>
        </>
      )}
      <div class="row-actions">
        <Do
          confirm={
            'The VM that it is now is refused from then on, and each device needs a new profile. ' +
            'Go on?'
          }
          run={async () => {
            show(await api.call('gateway.renewToken', { params }));
            done();
          }}
        >
          put another VM in its place
        </Do>
        <Do
          tone="bad"
          confirm="Its VM keeps what it has until you switch it off. Go on?"
          run={async () => {
            await api.call('gateway.delete', { params });
            go('t', params.tenantId, 'gateways');
          }}
        >
          delete it
        </Do>
      </div>
    </>
  );
}

function Facts({ gateway }: { gateway: Gateway }) {
  return (
    <dl class="facts">
      <dt>Address</dt>
      <dd>{endpointOf(gateway)}</dd>
      <dt>Pools</dt>
      <dd>
        {gateway.pools.v4}, {gateway.pools.v6}
      </dd>
      <dt>Routes</dt>
      <dd>{gateway.routes.join(', ')}</dd>
      <dt>DNS</dt>
      <dd>{gateway.dns.join(', ') || 'none'}</dd>
      <dt>Devices</dt>
      <dd>
        {devicesOf(gateway)}, {gateway.isolateClients ? 'kept apart' : 'may meet'}
      </dd>
    </dl>
  );
}

export function GatewayPage({ tenant: { tenantId, role }, id = '' }: PageProps) {
  const params = { tenantId, gatewayId: id };
  const loaded = useLoaded(() => api.call('gateway.get', { params }), [tenantId, id]);
  return (
    <Waiting loaded={loaded}>
      {(gateway) => {
        const props = { gateway, params, done: loaded.reload };
        return (
          <>
            <h1>
              {gateway.name} {gatewayBadge(gateway)}
            </h1>
            <Facts gateway={gateway} />
            <h2>What it reports</h2>
            <Observed {...gateway} />
            <Ikev2 {...props} mayChange={role !== 'auditor'} />
            {role !== 'auditor' && (
              <>
                <Change {...props} />
                <Actions {...props} />
              </>
            )}
            <p>
              <a href={hrefOf('t', tenantId, 'gateways')}>All gateways</a>
            </p>
          </>
        );
      }}
    </Waiting>
  );
}
