// The tenant's own identity provider.

import { api } from '../../api.ts';
import { useLoaded } from '../../load.ts';
import { Choice, Do, Field, Form, More, Waiting } from '../../parts.tsx';

const yesNo = [
  ['no', 'Only people who are users already'],
  ['yes', 'Everybody whom the provider lets in'],
] as const;

export function SingleSignOn({ tenantId }: { tenantId: string }) {
  const params = { tenantId };
  const loaded = useLoaded(() => api.call('oidc.get', { params }).catch(() => null), [tenantId]);
  return (
    <More title="Single sign-on">
      <Waiting loaded={loaded}>
        {(oidc) => (
          <>
            <p class="soft">
              At your provider, allow the address{' '}
              <code>{`${location.origin}/v1/sign-in/oidc/callback`}</code>
            </p>
            <Form
              label="Keep it"
              submit={async ({
                issuer = '',
                clientId = '',
                clientSecret,
                groupsClaim,
                creates,
              }) => {
                const body = {
                  issuer,
                  clientId,
                  ...(clientSecret === undefined ? {} : { clientSecret }),
                  groupsClaim: groupsClaim ?? null,
                  createsUsers: creates === 'yes',
                };
                await api.call('oidc.set', { params, body });
                loaded.reload();
              }}
            >
              <Field
                label="Issuer"
                name="issuer"
                type="url"
                placeholder="https://"
                defaultValue={oidc?.issuer}
                required
              />
              <Field label="Client id" name="clientId" defaultValue={oidc?.clientId} required />
              <Field
                label="Client secret"
                hint={oidc ? 'Leave it empty to keep the one there is.' : undefined}
                name="clientSecret"
                type="password"
                autoComplete="off"
                required={!oidc}
              />
              <Field
                label="Claim with groups"
                hint="Its values that are names of groups here make people members of them."
                name="groupsClaim"
                defaultValue={oidc?.groupsClaim ?? ''}
              />
              <Choice
                label="Who may come in"
                name="creates"
                value={oidc?.createsUsers ? 'yes' : 'no'}
                options={yesNo}
              />
            </Form>
            {oidc && (
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
