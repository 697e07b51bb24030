// One user: role, standing, invitation.

import type { Reply } from '../../../client/client.ts';
import { go, hrefOf } from '../../address.ts';
import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { PageProps } from '../../me.ts';
import { Choice, Do, Field, Form, More, Waiting } from '../../parts.tsx';
import { when } from '../../words.ts';
import { Links } from './links.tsx';
import { type RoleName, roleChoices, UserBadge } from './users.tsx';

type User = Reply<'user.get'>;
type Params = { tenantId: string; userId: string };

function Change({ user, params, done }: { user: User; params: Params; done: () => void }) {
  return (
    <More title="Change">
      <Form
        label="Keep the changes"
        submit={async ({ name = '', role }) => {
          const body = { name, role: role as RoleName };
          await api.call('user.update', { params, body, ifMatch: `"${user.revision}"` });
          done();
        }}
      >
        <Field label="Name" name="name" defaultValue={user.name} maxLength={100} required />
        <Choice label="Role" name="role" value={user.role} options={roleChoices} />
      </Form>
    </More>
  );
}

function Actions({ user, params, done }: { user: User; params: Params; done: () => void }) {
  const then = async (change: Promise<unknown>, after = done): Promise<void> => {
    await change;
    after();
  };
  const { tenantId, userId } = params;
  const all = () => go('t', tenantId, 'users');
  return (
    <div class="row-actions">
      {!user.hasAccount && user.email !== null && (
        <Do run={() => then(api.call('user.invite', { params: { tenantId }, body: { userId } }))}>
          Send an invitation
        </Do>
      )}
      {user.status === 'suspended' ? (
        <Do run={() => then(api.call('user.resume', { params }))}>Let them back in</Do>
      ) : (
        <Do
          tone="bad"
          confirm="All their devices are cut off within seconds. Go on?"
          run={() => then(api.call('user.suspend', { params }))}
        >
          suspend them
        </Do>
      )}
      <Do
        tone="bad"
        confirm="The user and all their devices are gone for good. Go on?"
        run={() => then(api.call('user.delete', { params }), all)}
      >
        delete them
      </Do>
    </div>
  );
}

export function UserPage({ tenant: { tenantId, role }, id = '' }: PageProps) {
  const params = { tenantId, userId: id };
  const loaded = useLoaded(() => api.call('user.get', { params }), [tenantId, id]);
  return (
    <Waiting loaded={loaded}>
      {(user) => (
        <>
          <h1>
            {user.name} <UserBadge status={user.status} />
          </h1>
          <dl class="facts">
            <dt>E-mail</dt>
            <dd>{user.email ?? 'none'}</dd>
            <dt>Role</dt>
            <dd>{user.role}</dd>
            <dt>Signs in</dt>
            <dd>{user.hasAccount ? 'yes' : 'no account yet'}</dd>
            <dt>Since</dt>
            <dd>{when(user.createdAt)}</dd>
          </dl>
          <h2>Their own page</h2>
          <Links
            tenantId={tenantId}
            of={{ userId: id }}
            mayChange={role !== 'auditor'}
            mayMake={role !== 'auditor' && user.status !== 'suspended'}
          />
          {role !== 'auditor' && (
            <>
              <Change user={user} params={params} done={loaded.reload} />
              <Actions user={user} params={params} done={loaded.reload} />
            </>
          )}
          <p>
            <a href={hrefOf('t', tenantId, 'users')}>All users</a>
          </p>
        </>
      )}
    </Waiting>
  );
}
