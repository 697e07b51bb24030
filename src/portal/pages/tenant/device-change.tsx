// Changing a device: what it is called, when it connects by itself, which gateways serve it.

import type { Reply } from '../../../client/client.ts';
import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { Tenant } from '../../me.ts';
import { Area, Check, Choice, Field, Form, More, Radios, type Texts } from '../../parts.tsx';
import { knowsOnDemand, type Platform, platforms } from './devices.tsx';

type Device = Reply<'device.get'>;
type Mode = Device['onDemand']['mode'];

const modes = [
  ['off', 'Never: by hand alone'],
  ['always', 'In every network'],
  ['wifi', 'In wireless networks'],
  ['cellular', 'In the mobile network'],
] as const satisfies readonly (readonly [Mode, string])[];

export function modeName(mode: Mode): string {
  return (modes.find(([value]) => value === mode)?.[1] ?? mode).toLowerCase();
}

/** The names of networks, one a line; blanks within a name belong to it. */
function linesOf(text = ''): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

/** As a field for date and time has it: this browser's own time, to the minute. */
function fieldTime(time: string | null): string {
  if (time === null) return '';
  const at = new Date(time);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** What of the end changes; nothing when the field is as it was. */
function changedEnd(before: string | null, field = ''): { expiresAt?: string | null } {
  if (field === fieldTime(before)) return {};
  return { expiresAt: field === '' ? null : new Date(field).toISOString() };
}

function OnDemand({ onDemand }: { onDemand: Device['onDemand'] }) {
  return (
    <>
      <Radios
        label="Connects by itself (iPhone, iPad, Mac)"
        name="mode"
        value={onDemand.mode}
        options={modes}
      />
      <Area
        label="Except in these wireless networks"
        hint="Their names, one a line."
        name="ssids"
        rows={3}
        defaultValue={onDemand.excludedSsids.join('\n')}
      />
      <Check
        label="Wait until the network's own page lets it out"
        name="probe"
        on={onDemand.probe}
      />
    </>
  );
}

/** The gateways of the tenant, for those who may see them. */
function Gateways({ tenantId, gatewayIds }: { tenantId: string; gatewayIds: readonly string[] }) {
  const loaded = useLoaded(
    () => api.call('gateway.list', { params: { tenantId }, query: { limit: 1000 } }),
    [tenantId],
  );
  const { items = [] } = loaded.value ?? {};
  if (items.length < 2) return null;
  return (
    <fieldset>
      <legend>Gateways</legend>
      {items.map(({ id, name }) => (
        <Check key={id} label={name} name={id} on={gatewayIds.includes(id)} />
      ))}
    </fieldset>
  );
}

export function ChangeDevice({
  tenant: { tenantId, role },
  device,
  done,
}: {
  tenant: Tenant;
  device: Device;
  done: () => void;
}) {
  const hasOnDemand = knowsOnDemand(device.platform);
  const submit = async (texts: Texts): Promise<void> => {
    const { name = '', platform, mode, ssids, probe, end } = texts;
    const gatewayIds = Object.keys(texts).filter((one) => one.startsWith('gw_'));
    const onDemand = {
      mode: mode as Mode,
      excludedSsids: linesOf(ssids),
      probe: probe !== undefined,
    };
    const body = {
      name,
      platform: platform as Platform,
      ...changedEnd(device.expiresAt, end),
      ...(mode === undefined ? {} : { onDemand }),
      ...(gatewayIds.length > 0 ? { gatewayIds } : {}),
    };
    const params = { tenantId, deviceId: device.id };
    await api.call('device.update', { params, body, ifMatch: `"${device.revision}"` });
    done();
  };
  return (
    <More title="Change">
      <Form label="Keep the changes" submit={submit}>
        <Field label="Name" name="name" defaultValue={device.name} maxLength={100} required />
        <Choice label="What it is" name="platform" value={device.platform} options={platforms} />
        <Field
          label="Ends"
          hint="Then it is cut off by itself, and its certificate is good no longer. Empty: never."
          name="end"
          type="datetime-local"
          defaultValue={fieldTime(device.expiresAt)}
        />
        {hasOnDemand && <OnDemand onDemand={device.onDemand} />}
        {role !== 'member' && <Gateways tenantId={tenantId} gatewayIds={device.gatewayIds} />}
        {hasOnDemand && (
          <p class="soft">
            When it connects by itself stands in its profile: make a new link to it afterwards.
          </p>
        )}
      </Form>
    </More>
  );
}
