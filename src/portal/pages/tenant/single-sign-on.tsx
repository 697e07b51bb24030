// The tenant's own identity provider.

import type { Reply } from '../../../client/client.ts';
import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import { Choice, Do, Field, Form, More, type Texts, Waiting } from '../../parts.tsx';

type Provider = Reply<'oidc.get'>;

const yesNo = [
  ['no', 'Only people who are users already'],
  ['yes', 'Everybody whom the provider lets in'],
] as const;

function Fields({ provider }: { provider: Provider | null }) {
  return (
    <>
      <Field
        label="Issuer"
        name="issuer"
        type="url"
        placeholder="https://"
        defaultValue={provider?.issuer ?? ''}
        required
      />
      <Field label="Client id" name="clientId" defaultValue={provider?.clientId ?? ''} required />
      <Field
        label="Client secret"
        hint={provider ? 'Leave it empty to keep the one there is.' : undefined}
        name="clientSecret"
        type="password"
        autoComplete="off"
        required={!provider}
      />
      <Field
        label="Claim with groups"
        hint="Its values that are names of groups here make people members of them."
        name="groupsClaim"
        defaultValue={provider?.groupsClaim ?? ''}
      />
      <Choice
        label="Who may come in"
        name="creates"
        value={provider?.createsUsers ? 'yes' : 'no'}
        options={yesNo}
      />
    </>
  );
}

function bodyOf({ issuer = '', clientId = '', clientSecret, groupsClaim, creates }: Texts) {
  return {
    issuer,
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret }),
    groupsClaim: groupsClaim ?? null,
    createsUsers: creates === 'yes',
  };
}

export function SingleSignOn({ tenantId }: { tenantId: string }) {
  const params = { tenantId };
  const loaded = useLoaded(() => api.call('oidc.get', { params }).catch(() => null), [tenantId]);
  return (
    <More title="Single sign-on">
      <Waiting loaded={loaded}>
        {(provider) => (
          <>
            <p class="soft">
              At your provider, allow the address{' '}
              <code>{`${location.origin}/v1/sign-in/oidc/callback`}</code>
            </p>
            <Form
              label="Keep it"
              submit={async (texts) => {
                await api.call('oidc.set', { params, body: bodyOf(texts) });
                loaded.reload();
              }}
            >
              <Fields provider={provider} />
            </Form>
            {provider && (
              <Do
                tone="bad"
                confirm="Nobody can sign in that way any more. Go on?"
                run={async () => {
                  await api.call('oidc.delete', { params });
                  loaded.reload();
                }}
              >
                switch it off
              </Do>
            )}
          </>
        )}
      </Waiting>
    </More>
  );
}
