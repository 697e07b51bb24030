// IKEv2 on a gateway: whether it is on, how it fares, and what to do where it does not.

import type { Reply } from '../../../client/client.ts';
import { hrefOf } from '../../address.ts';
import { api } from '../../api.ts';
import { Do } from '../../parts.tsx';
import { day } from '../../words.ts';
import { Packages } from './gateways.tsx';

type Gateway = Reply<'gateway.get'>;
type Section = NonNullable<Gateway['observed']>['sections']['ikev2'];

interface Props {
  gateway: Gateway;
  params: { tenantId: string; gatewayId: string };
  done: () => void;
  mayChange: boolean;
}

/** How its agent says that it fares with a part of the state. */
export function SectionState({ section }: { section: Section }) {
  if (section === undefined) return <>not reported yet</>;
  if (section.status === 'applied') return <>in order</>;
  return <span class="bad">failed: {section.error ?? 'it does not say why'}</span>;
}

/** By what the agent says; the first that fits. */
const waysOut = [
  [/not installed/, 'Install it on the VM. The agent goes on by itself within a minute.'],
  [/set the clock/, "Set the VM's clock: timedatectl set-ntp true"],
  [
    /certificate yet|certificate for|certificate ended|list/,
    'It comes from here within a minute or so. If it does not, the VM does not get through: ' +
      'journalctl -u sallyport-agent',
  ],
  [/charon|strongswan/, 'The agent starts it anew by itself. On the VM: journalctl -u strongswan'],
  [/./, 'On the VM: journalctl -u sallyport-agent'],
] as const;

/** What stands in the way, and what to do. */
function Trouble({ section }: { section: Section }) {
  if (section === undefined) return <Packages />;
  const { status, error = 'It does not say why it failed.' } = section;
  if (status === 'applied') return null;
  const [, words] = waysOut.find(([pattern]) => pattern.test(error)) ?? [];
  return (
    <>
      <div class="fault">
        <ul>
          {error
            .split('; ')
            .filter((one) => !one.startsWith('run: apt-get'))
            .map((one) => (
              <li key={one}>{one}</li>
            ))}
        </ul>
        <p>{words}</p>
      </div>
      {/not installed/.test(error) && <Packages />}
    </>
  );
}

function Until({ end, none }: { end: number | string | null | undefined; none: string }) {
  if (end === null || end === undefined) return <>{none}</>;
  const time = new Date(end);
  if (time.getTime() > Date.now()) return <>until {day(time.toISOString())}</>;
  return <span class="bad">ended {day(time.toISOString())}</span>;
}

function Facts({ gateway, tenantId }: { gateway: Gateway; tenantId: string }) {
  const { ikev2, observed } = gateway;
  const section = observed?.sections.ikev2;
  if (!ikev2) return null;
  const said = observed?.ikev2;
  return (
    <dl class="facts">
      {section?.status !== 'failed' && (
        <>
          <dt>State</dt>
          <dd>
            <SectionState section={section} />
          </dd>
        </>
      )}
      <dt>Connected</dt>
      <dd>{said ? `${said.sessions} of ${ikev2.deviceCount} devices` : 'not reported yet'}</dd>
      <dt>Certificate</dt>
      <dd>
        <Until
          end={said?.certificateUntil ?? ikev2.certificateExpiresAt}
          none="none yet: its agent asks for it"
        />
      </dd>
      <dt>Revocations</dt>
      <dd>
        <Until end={said?.revocationsUntil} none="no list yet" />
      </dd>
      <dt>Pools</dt>
      <dd>
        {ikev2.pools.v4}, {ikev2.pools.v6}
      </dd>
      <dt>Ports</dt>
      <dd>UDP 500 and 4500</dd>
      <dt>Vouched for</dt>
      <dd>
        <a href={hrefOf('t', tenantId, 'authorities')}>by its authority</a>
      </dd>
      <dt>strongSwan</dt>
      <dd>{observed?.versions.strongswan ?? 'not reported yet'}</dd>
    </dl>
  );
}

const offWords =
  'Devices that come in by IKEv2 here are cut off within seconds; WireGuard goes on. When you ' +
  'switch it on again, they get in again with the profiles that they have. Go on?';
const onWords =
  'Its VM needs strongSwan, and UDP ports 500 and 4500 open. WireGuard goes on as it is. ' +
  'Devices come in by IKEv2 with profiles made from then on. Go on?';

export function Ikev2({ gateway, params, done, mayChange }: Props) {
  const { ikev2, observed, revision } = gateway;
  const turn = (on: boolean) => async () => {
    await api.call('gateway.update', { params, body: { ikev2: on }, ifMatch: `"${revision}"` });
    done();
  };
  return (
    <>
      <h2>IKEv2</h2>
      {ikev2 ? (
        <>
          <Trouble section={observed?.sections.ikev2} />
          <Facts gateway={gateway} tenantId={params.tenantId} />
        </>
      ) : (
        <p class="soft">Off. With it, devices connect without an app, where their system can.</p>
      )}
      {mayChange && (
        <div class="row-actions">
          <Do
            tone={ikev2 ? 'bad' : undefined}
            confirm={ikev2 ? offWords : onWords}
            run={turn(ikev2 === null)}
          >
            {ikev2 ? 'switch IKEv2 off' : 'switch IKEv2 on'}
          </Do>
        </div>
      )}
    </>
  );
}
