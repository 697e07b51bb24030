// Users, and how more of them come in.

import { useState } from 'preact/hooks';
import { hrefOf } from '../../address.ts';
import { api, idempotencyKey } from '../../api.ts';
import type { PageProps } from '../../me.ts';
import { Badge, Choice, Field, Form, More, Row } from '../../parts.tsx';
import { List } from './list.tsx';

export const roleChoices = [
  ['member', 'Member: has devices'],
  ['auditor', 'Auditor: reads everything'],
  ['admin', 'Admin: runs the tenant'],
  ['owner', 'Owner: may do everything'],
] as const;
export type RoleName = (typeof roleChoices)[number][0];

const tones = { active: 'good', invited: 'wait', suspended: 'bad' } as const;

export function UserBadge({ status }: { status: keyof typeof tones }) {
  return <Badge tone={tones[status]}>{status}</Badge>;
}

function Invite({ tenantId, done }: { tenantId: string; done: () => void }) {
  const [key, renew] = useState(idempotencyKey);
  const [invited, say] = useState<string>();
  return (
    <More title="Invite somebody">
      {invited && <p role="status">An invitation to {invited} is on its way.</p>}
      <Form
        label="Send the invitation"
        submit={async ({ name = '', email = '', role }) => {
          const body = { name, email, role: role as RoleName };
          await api.call('user.invite', { params: { tenantId }, body, idempotencyKey: key });
          renew(idempotencyKey());
          say(email);
          done();
        }}
      >
        <Field label="Name" name="name" maxLength={100} required />
        <Field label="E-mail address" name="email" type="email" required />
        <Choice label="Role" name="role" value="member" options={roleChoices} />
      </Form>
    </More>
  );
}

export function UsersPage({ tenant: { tenantId, role } }: PageProps) {
  const [turn, next] = useState(0);
  const [q, search] = useState('');
  const ask = (cursor: string | undefined) =>
    api.call('user.list', {
      params: { tenantId },
      query: { limit: 50, cursor, ...(q === '' ? {} : { q }) },
    });
  return (
    <>
      <h1>Users</h1>
      {role !== 'auditor' && <Invite tenantId={tenantId} done={() => next(turn + 1)} />}
      <Field
        label="Find"
        type="search"
        placeholder="Name or e-mail address"
        value={q}
        onChange={(event) => search(event.currentTarget.value.trim())}
      />
      <List ask={ask} again={`${turn} ${q}`} empty={q === '' ? 'Nobody yet.' : 'Nobody like that.'}>
        {(user) => (
          <Row
            key={user.id}
            title={user.name}
            href={hrefOf('t', tenantId, 'users', user.id)}
            badge={<UserBadge status={user.status} />}
            notes={[user.role, user.email].filter(Boolean).join(', ')}
          />
        )}
      </List>
    </>
  );
}
