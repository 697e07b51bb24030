// What the tenant is called, what it asks of its people, and its end.

import type { Reply } from '../../../client/client.ts';
import { limits } from '../../../model/limits.ts';
import { hrefOf } from '../../address.ts';
import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import type { PageProps } from '../../me.ts';
import { Choice, Do, Field, Form, Waiting } from '../../parts.tsx';
import { when } from '../../words.ts';
import { SingleSignOn } from './single-sign-on.tsx';

type Tenant = Reply<'tenant.get'>;
type Policy = Tenant['policy'];

const secondFactors = [
  ['optional', 'A mailed code is enough'],
  ['required', 'A passkey or a second factor is required'],
] as const;
const signIns = [
  ['any', 'By mail, passkey or single sign-on'],
  ['oidc', 'By single sign-on alone'],
] as const;
const redemptions = [
  ['link', 'Whoever holds one gets the profile'],
  ['session', 'Its user must have signed in as well'],
] as const;

const revocations = [
  ['refuse', 'It lets nobody in by IKEv2'],
  ['accept', 'It lets in whom it knows by name'],
] as const;
const passwords = [
  ['off', 'Certificates alone'],
  ['on', 'Passwords, too, where a client takes no certificate'],
] as const;

const webClips = [
  ['off', 'None'],
  ['on', 'The portal, among the apps'],
] as const;

function Change({ tenant, done }: { tenant: Tenant; done: () => void }) {
  const params = { tenantId: tenant.id };
  const { policy } = tenant;
  return (
    <Form
      label="Keep the changes"
      submit={async ({ name = '', ...asked }) => {
        const ifMatch = `"${tenant.revision}"`;
        await api.call('tenant.update', {
          params,
          body: { name, policy: asked as Policy },
          ifMatch,
        });
        done();
      }}
    >
      <Field label="Name" name="name" defaultValue={tenant.name} maxLength={100} required />
      <Choice
        label="Signing in"
        name="secondFactor"
        value={policy.secondFactor}
        options={secondFactors}
      />
      <Choice label="Ways to sign in" name="signIn" value={policy.signIn} options={signIns} />
      <Choice
        label="Links to profiles"
        name="linkRedemption"
        value={policy.linkRedemption}
        options={redemptions}
      />
      <Choice
        label="A gateway without a good list of revoked certificates"
        hint={`A list is good for ${limits.revocationListDays} days after it was fetched.`}
        name="withoutRevocations"
        value={policy.withoutRevocations}
        options={revocations}
      />
      <Choice
        label="Devices with IKEv2 (certificates alone ends all passwords)"
        name="ikev2Passwords"
        value={policy.ikev2Passwords}
        options={passwords}
      />
      <Choice
        label="This portal as a web clip, in new profiles for iPhone, iPad and Mac"
        name="portalWebClip"
        value={policy.portalWebClip}
        options={webClips}
      />
    </Form>
  );
}

function End({ tenant, done }: { tenant: Tenant; done: () => void }) {
  const params = { tenantId: tenant.id };
  const then = async (change: Promise<unknown>): Promise<void> => {
    await change;
    done();
  };
  if (tenant.status === 'deleting')
    return (
      <>
        <p class="fault">
          This tenant and everything in it goes for good on {when(tenant.deleteAt ?? '')}.
        </p>
        <Do run={() => then(api.call('tenant.restore', { params }))}>Keep it after all</Do>
      </>
    );
  return (
    <Do
      tone="bad"
      confirm="Nothing can be changed any more, and in a week all of it is gone for good. Go on?"
      run={() => then(api.call('tenant.delete', { params }))}
    >
      delete the tenant
    </Do>
  );
}

export function SettingsPage({ tenant: { tenantId, role } }: PageProps) {
  const params = { tenantId };
  const loaded = useLoaded(() => api.call('tenant.get', { params }), [tenantId]);
  const isOwner = role === 'owner';
  return (
    <Waiting loaded={loaded}>
      {(tenant) => (
        <>
          <h1>Settings</h1>
          <p class="soft">
            Short name <code>{tenant.slug}</code>, id <code>{tenant.id}</code>
          </p>
          {!isOwner && <p>Only an owner changes what is here.</p>}
          {tenant.status === 'active' && (
            <p>
              <a href={hrefOf('t', tenantId, 'authorities')}>Certificate authorities of IKEv2</a>
            </p>
          )}
          {isOwner && tenant.status === 'active' && (
            <>
              <Change tenant={tenant} done={loaded.reload} />
              <SingleSignOn tenantId={tenantId} />
              <p>
                <a href={`/v1/tenants/${tenantId}/export`} download={`tenant-${tenant.slug}.jsonl`}>
                  Download everything of this tenant
                </a>
              </p>
            </>
          )}
          {isOwner && <End tenant={tenant} done={loaded.reload} />}
        </>
      )}
    </Waiting>
  );
}
