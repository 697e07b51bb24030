// One's own account: name, passkeys, one-time codes, sessions.

import { go } from '../address.ts';
import { api } from '../api.ts';
import { type Loaded, useLoaded } from '../load.ts';
import type { Me } from '../me.ts';
import { Badge, Do, Field, Form, More, Row, Waiting } from '../parts.tsx';
import { addPasskey, hasPasskeys } from '../passkey.ts';
import { ago, browserOf, methodsInWords, when } from '../words.ts';
import { OneTimeCodes } from './one-time-codes.tsx';

function Passkeys({ reload }: { reload: () => void }) {
  const loaded = useLoaded(() => api.call('passkey.list'), []);
  const changed = (): void => {
    loaded.reload();
    reload();
  };
  return (
    <>
      <h2>Passkeys</h2>
      <p class="soft">
        The safest way to sign in: your phone or laptop proves who you are, with your finger, face
        or PIN. Make one on each device that you use.
      </p>
      <Waiting loaded={loaded}>
        {({ items }) => (
          <ul class="rows">
            {items.length === 0 && <Row title="None yet" />}
            {items.map((passkey) => (
              <Row
                key={passkey.id}
                title={passkey.name}
                notes={
                  passkey.lastUsedAt
                    ? `used ${ago(passkey.lastUsedAt)}`
                    : `made ${ago(passkey.createdAt)}, not used yet`
                }
              >
                <Do
                  tone="bad"
                  confirm={`Nobody can sign in with "${passkey.name}" any more. Go on?`}
                  run={async () => {
                    await api.call('passkey.delete', { params: { passkeyId: passkey.id } });
                    changed();
                  }}
                >
                  remove it
                </Do>
              </Row>
            ))}
          </ul>
        )}
      </Waiting>
      {hasPasskeys() && (
        <More title="Add a passkey">
          <Form
            label="Make the passkey"
            submit={async ({ name = 'Passkey' }) => {
              await addPasskey(name);
              changed();
            }}
          >
            <Field label="Name" hint="Such as the device it is on." name="name" maxLength={100} />
          </Form>
        </More>
      )}
    </>
  );
}

function Sessions() {
  const loaded = useLoaded(() => api.call('session.list'), []);
  return (
    <>
      <h2>Signed in on</h2>
      <Waiting loaded={loaded}>
        {({ items }) => (
          <ul class="rows">
            {items.map((session) => (
              <Row
                key={session.id}
                title={browserOf(session.userAgent ?? '')}
                badge={session.current ? <Badge tone="good">this one</Badge> : undefined}
                notes={`${methodsInWords(session.methods)}, ${when(session.createdAt)}, from ${
                  session.address ?? 'somewhere'
                }; last seen ${ago(session.seenAt)}`}
              >
                {!session.current && (
                  <Do
                    run={async () => {
                      await api.call('session.revoke', { params: { sessionId: session.id } });
                      loaded.reload();
                    }}
                  >
                    sign out there
                  </Do>
                )}
              </Row>
            ))}
          </ul>
        )}
      </Waiting>
    </>
  );
}

export function AccountPage({ me, reload }: { me: Me; reload: Loaded<Me>['reload'] }) {
  if (!me.account) return null;
  const { name, email, hasTotp } = me.account;
  return (
    <>
      <h1>Your account</h1>
      <p class="soft">{email}</p>
      <Do
        run={async () => {
          await api.call('account.signOut');
          go();
          reload();
        }}
      >
        Sign out
      </Do>
      <Passkeys reload={reload} />
      <OneTimeCodes hasTotp={hasTotp} reload={reload} />
      <Sessions />
      <More title="Change your name">
        <Form
          label="Keep this name"
          submit={async (texts) => {
            await api.call('account.update', { body: { name: texts.name ?? '' } });
            reload();
          }}
        >
          <Field label="Name" name="name" defaultValue={name} maxLength={100} required />
        </Form>
      </More>
    </>
  );
}
