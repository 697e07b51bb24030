// API keys for programs.

import { useState } from 'preact/hooks';
import { api, idempotencyKey } from '../../api.ts';
import type { PageProps } from '../../me.ts';
import { Badge, Choice, Copy, Do, Field, Form, More, Row } from '../../parts.tsx';
import { ago, when } from '../../words.ts';
import { List } from './list.tsx';
import { type RoleName, roleChoices } from './users.tsx';

const lifetimes = [
  ['2592000', '30 days'],
  ['7776000', '90 days'],
  ['31536000', 'a year'],
  ['', 'until it is revoked'],
] as const;

function NewKey({ tenantId, made }: { tenantId: string; made: (key: string) => void }) {
  const [key, renew] = useState(idempotencyKey);
  return (
    <More title="Make a key">
      <Form
        label="Make it"
        submit={async ({ name = '', role, lifetime }) => {
          const body = {
            name,
            role: role as RoleName,
            ...(lifetime === undefined ? {} : { expiresInSeconds: Number(lifetime) }),
          };
          const options = { params: { tenantId }, body, idempotencyKey: key };
          made((await api.call('apiKey.create', options)).key);
          renew(idempotencyKey());
        }}
      >
        <Field label="Name" hint="What uses it." name="name" maxLength={100} required />
        <Choice label="Role" name="role" value="auditor" options={roleChoices} />
        <Choice label="Works for" name="lifetime" value="7776000" options={lifetimes} />
      </Form>
    </More>
  );
}

function isOver(key: { expiresAt: string | null; revokedAt: string | null }): string | undefined {
  if (key.revokedAt !== null) return 'revoked';
  return key.expiresAt !== null && new Date(key.expiresAt) < new Date() ? 'expired' : undefined;
}

export function KeysPage({ tenant: { tenantId, role } }: PageProps) {
  const [made, show] = useState<string>();
  const ask = (cursor: string | undefined) =>
    api.call('apiKey.list', { params: { tenantId }, query: { limit: 50, cursor } });
  return (
    <>
      <h1>API keys</h1>
      {made && (
        <div class="card">
          <Copy label="The new key. It is shown only now." text={made} />
        </div>
      )}
      {role !== 'auditor' && <NewKey tenantId={tenantId} made={show} />}
      <List ask={ask} again={made} empty="No key yet.">
        {(key, reload) => (
          <Row
            key={key.id}
            title={key.name}
            badge={<Badge tone={isOver(key) ? 'bad' : 'good'}>{isOver(key) ?? key.role}</Badge>}
            notes={[
              key.lastUsedAt ? `used ${ago(key.lastUsedAt)}` : 'not used yet',
              key.expiresAt ? `until ${when(key.expiresAt)}` : 'no end',
            ].join(', ')}
          >
            {role !== 'auditor' && !isOver(key) && (
              <Do
                tone="bad"
                confirm="What uses it stops working at once. Go on?"
                run={async () => {
                  await api.call('apiKey.revoke', { params: { tenantId, apiKeyId: key.id } });
                  reload();
                }}
              >
                revoke it
              </Do>
            )}
          </Row>
        )}
      </List>
    </>
  );
}
