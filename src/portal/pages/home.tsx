// Where one belongs: the tenants of the account, and a new one where that is allowed.

import { go, hrefOf } from '../address.ts';
import { api, idempotencyKey } from '../api.ts';
import type { Me } from '../me.ts';
import { Badge, Field, Form, More, Row } from '../parts.tsx';

function NewTenant({ reload }: { reload: () => void }) {
  const key = idempotencyKey();
  return (
    <More title="Make a tenant">
      <Form
        label="Make the tenant"
        submit={async ({ name = '' }) => {
          const body = { name };
          const { tenant } = await api.call('tenant.create', { body, idempotencyKey: key });
          reload();
          go('t', tenant.id);
        }}
      >
        <Field label="Name of your organisation" name="name" maxLength={100} required />
      </Form>
    </More>
  );
}

export function HomePage({ me, reload }: { me: Me; reload: () => void }) {
  return (
    <>
      <h1>Hello {me.account?.name ?? ''}</h1>
      {me.tenants.length === 0 ? (
        <p>
          You belong to no organisation here yet. Ask your administrator for an invitation to{' '}
          {me.account?.email ?? 'your address'}.
        </p>
      ) : (
        <ul class="rows">
          {me.tenants.map(({ tenantId, name, role, status }) => (
            <Row
              key={tenantId}
              title={name}
              href={hrefOf('t', tenantId)}
              badge={
                status === 'active' ? <Badge>{role}</Badge> : <Badge tone="bad">{status}</Badge>
              }
            />
          ))}
        </ul>
      )}
      <NewTenant reload={reload} />
    </>
  );
}
