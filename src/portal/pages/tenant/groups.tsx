// Groups of users, for rules and for keys that are bounded to them.

import { useState } from 'preact/hooks';
import { go, hrefOf } from '../../address.ts';
import { api, idempotencyKey } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { PageProps } from '../../me.ts';
import { Choice, Do, Field, Form, More, Row, Waiting } from '../../parts.tsx';
import { List } from './list.tsx';

export function GroupsPage({ tenant: { tenantId, role } }: PageProps) {
  const [turn, next] = useState(0);
  const [key, renew] = useState(idempotencyKey);
  const ask = (cursor: string | undefined) =>
    api.call('group.list', { params: { tenantId }, query: { limit: 50, cursor } });
  return (
    <>
      <h1>Groups</h1>
      {role !== 'auditor' && (
        <More title="Make a group">
          <Form
            label="Make it"
            submit={async ({ name = '' }) => {
              const options = { params: { tenantId }, body: { name }, idempotencyKey: key };
              await api.call('group.create', options);
              renew(idempotencyKey());
              next(turn + 1);
            }}
          >
            <Field label="Name" name="name" maxLength={100} required />
          </Form>
        </More>
      )}
      <List ask={ask} again={turn} empty="No group yet.">
        {(group) => (
          <Row key={group.id} title={group.name} href={hrefOf('t', tenantId, 'groups', group.id)} />
        )}
      </List>
    </>
  );
}

function Members({
  tenantId,
  groupId,
  mayChange,
}: {
  tenantId: string;
  groupId: string;
  mayChange: boolean;
}) {
  const [turn, next] = useState(0);
  const params = { tenantId };
  const everyone = useLoaded(
    async () => (await api.call('user.list', { params, query: { limit: 1000 } })).items,
    [tenantId],
  );
  const ask = (cursor: string | undefined) =>
    api.call('user.list', { params, query: { groupId, limit: 50, cursor } });
  return (
    <>
      <h2>Members</h2>
      {mayChange && (
        <Form
          label="Add to the group"
          submit={async ({ userId = '' }) => {
            await api.call('group.addMember', { params: { tenantId, groupId, userId } });
            next(turn + 1);
          }}
        >
          <Choice
            label="User"
            name="userId"
            options={(everyone.value ?? []).map(({ id, name }) => [id, name] as const)}
          />
        </Form>
      )}
      <List ask={ask} again={turn} empty="Nobody is in it yet.">
        {(user, reload) => (
          <Row
            key={user.id}
            title={user.name}
            href={hrefOf('t', tenantId, 'users', user.id)}
            notes={user.email ?? undefined}
          >
            {mayChange && (
              <Do
                run={async () => {
                  const one = { tenantId, groupId, userId: user.id };
                  await api.call('group.removeMember', { params: one });
                  reload();
                }}
              >
                take out
              </Do>
            )}
          </Row>
        )}
      </List>
    </>
  );
}

export function GroupPage({ tenant: { tenantId, role }, id = '' }: PageProps) {
  const params = { tenantId, groupId: id };
  const loaded = useLoaded(() => api.call('group.get', { params }), [tenantId, id]);
  const mayChange = role !== 'auditor';
  return (
    <Waiting loaded={loaded}>
      {(group) => (
        <>
          <h1>{group.name}</h1>
          <Members tenantId={tenantId} groupId={id} mayChange={mayChange} />
          {mayChange && (
            <>
              <More title="Rename it">
                <Form
                  label="Keep this name"
                  submit={async ({ name = '' }) => {
                    const ifMatch = `"${group.revision}"`;
                    await api.call('group.update', { params, body: { name }, ifMatch });
                    loaded.reload();
                  }}
                >
                  <Field label="Name" name="name" defaultValue={group.name} required />
                </Form>
              </More>
              <Do
                tone="bad"
                confirm="The group is gone; its users stay. Go on?"
                run={async () => {
                  await api.call('group.delete', { params });
                  go('t', tenantId, 'groups');
                }}
              >
                delete it
              </Do>
            </>
          )}
        </>
      )}
    </Waiting>
  );
}
