// Devices: of the whole tenant for those who run it, one's own for everybody else.

import { useState } from 'preact/hooks';
import { go, hrefOf } from '../../address.ts';
import { api, idempotencyKey } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { PageProps, Tenant } from '../../me.ts';
import { Badge, Choice, Field, Form, More, Row } from '../../parts.tsx';
import { when } from '../../words.ts';
import { Links } from './links.tsx';
import { List } from './list.tsx';

export const platforms = [
  ['ios', 'iPhone or iPad'],
  ['android', 'Android'],
  ['macos', 'Mac'],
  ['windows', 'Windows'],
  ['linux', 'Linux'],
  ['other', 'Something else'],
] as const;
export type Platform = (typeof platforms)[number][0];

export function platformName(platform: string): string {
  return platforms.find(([value]) => value === platform)?.[1] ?? platform;
}

/** Whether its clients know when to connect by themselves. */
export function knowsOnDemand(platform: string): boolean {
  return platform === 'ios' || platform === 'macos' || platform === 'other';
}

/** What this very device is, so that the form begins with the likely answer. */
function thisPlatform(): Platform {
  const agent = navigator.userAgent;
  if (/iPhone|iPad/.test(agent)) return 'ios';
  if (/Android/.test(agent)) return 'android';
  if (/Mac OS X/.test(agent)) return 'macos';
  if (/Windows/.test(agent)) return 'windows';
  return /Linux/.test(agent) ? 'linux' : 'other';
}

const tones = { active: 'good', pending: 'wait', revoked: 'bad' } as const;

export function DeviceBadge({ status }: { status: keyof typeof tones }) {
  const words = { active: 'active', pending: 'waits for its link', revoked: 'revoked' };
  return <Badge tone={tones[status]}>{words[status]}</Badge>;
}

async function usersOf(tenantId: string) {
  const { items } = await api.call('user.list', { params: { tenantId }, query: { limit: 1000 } });
  return items.map(({ id, name }) => [id, name] as const);
}

function NewDevice({ tenant }: { tenant: Tenant }) {
  const { tenantId, role, userId } = tenant;
  const [key] = useState(idempotencyKey);
  const isMember = role === 'member';
  const users = useLoaded(async () => (isMember ? [] : usersOf(tenantId)), [tenantId]);
  return (
    <More title="Add a device">
      <Form
        label="Add it"
        submit={async ({ name = '', platform, owner }) => {
          const chosen = owner ?? userId;
          const body = {
            name,
            platform: platform as Platform,
            ...(chosen === null ? {} : { userId: chosen }),
          };
          const options = { params: { tenantId }, body, idempotencyKey: key };
          go('t', tenantId, 'devices', (await api.call('device.create', options)).id);
        }}
      >
        <Field label="Name" hint="Such as: Ann's phone." name="name" maxLength={100} required />
        <Choice label="What it is" name="platform" value={thisPlatform()} options={platforms} />
        {!isMember && (
          <Choice
            label="Whose it is"
            name="owner"
            value={userId ?? ''}
            options={users.value ?? []}
          />
        )}
      </Form>
    </More>
  );
}

export function DevicesPage({ tenant }: PageProps) {
  const { tenantId, role, userId } = tenant;
  const ask = (cursor: string | undefined) =>
    api.call('device.list', { params: { tenantId }, query: { limit: 50, cursor } });
  return (
    <>
      <h1>{role === 'member' ? 'Your devices' : 'Devices'}</h1>
      {role !== 'auditor' && <NewDevice tenant={tenant} />}
      <List ask={ask} again={tenantId} empty="No device yet.">
        {(device) => (
          <Row
            key={device.id}
            title={device.name}
            href={hrefOf('t', tenantId, 'devices', device.id)}
            badge={<DeviceBadge status={device.status} />}
            notes={
              device.expiresAt === null || device.status === 'revoked'
                ? platformName(device.platform)
                : `${platformName(device.platform)}, until ${when(device.expiresAt)}`
            }
          />
        )}
      </List>
      {role !== 'auditor' && userId !== null && (
        <More title="Your own page">
          <p class="soft">An address to keep: it shows your devices and gets you their profiles.</p>
          <Links tenantId={tenantId} of={{ userId }} mayChange mayMake />
        </More>
      )}
    </>
  );
}
