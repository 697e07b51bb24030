// Signing in: by passkey, by a mailed code, or through the tenant's identity provider.

import { useState } from 'preact/hooks';
import { returnToPlace } from '../address.ts';
import { api } from '../api.ts';
import { Do, Field, Form, More } from '../parts.tsx';
import { hasPasskeys, signInByPasskey } from '../passkey.ts';
import { SecondFactor } from './second-factor.tsx';

type Step =
  | { name: 'start' }
  | { name: 'code'; challengeId: string; email: string }
  | { name: 'factor' };

interface Props {
  onSignedIn: () => void;
}

function Start({ goOn, passkey }: { goOn: (step: Step) => void; passkey: () => Promise<unknown> }) {
  return (
    <>
      {hasPasskeys() && (
        <>
          <Do run={passkey} tone="main">
            Sign in with a passkey
          </Do>
          <p class="soft">or by a code that we mail to you:</p>
        </>
      )}
      <Form
        label="Send me a code"
        submit={async ({ email = '' }) => {
          const { challengeId } = await api.call('account.startSignIn', { body: { email } });
          goOn({ name: 'code', challengeId, email });
        }}
      >
        <Field label="E-mail address" name="email" type="email" autoComplete="email" required />
      </Form>
      <More title="Single sign-on of your organisation">
        <Form
          label="Go on"
          submit={async ({ slug = '' }) => {
            location.assign(`/v1/sign-in/oidc/start/${encodeURIComponent(slug)}?return=/portal/`);
          }}
        >
          <Field label="Short name of your organisation" name="slug" required />
        </Form>
      </More>
    </>
  );
}

function Code(props: {
  step: Extract<Step, { name: 'code' }>;
  done: (next: string | null) => void;
}) {
  const { challengeId, email } = props.step;
  return (
    <Form
      label="Sign in"
      submit={async ({ code = '' }) => {
        const body = { challengeId, code: code.replaceAll(/\D/g, '') };
        props.done((await api.call('account.signIn', { body })).next);
      }}
    >
      <p>
        If {email} may sign in here, a code is on its way. It works for ten minutes; a link in the
        same mail does as well.
      </p>
      <Field
        label="Code"
        name="code"
        class="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
      />
    </Form>
  );
}

export function SignInPage({ onSignedIn }: Props) {
  const [step, goOn] = useState<Step>({ name: 'start' });
  const done = (next: string | null): void => {
    if (next === 'totp') {
      goOn({ name: 'factor' });
      return;
    }
    returnToPlace();
    onSignedIn();
  };
  return (
    <main>
      <p class="brand">Sallyport</p>
      <h1>{step.name === 'factor' ? 'One more step' : 'Sign in'}</h1>
      {step.name === 'start' && (
        <Start goOn={goOn} passkey={async () => done((await signInByPasskey()).next)} />
      )}
      {step.name === 'code' && <Code step={step} done={done} />}
      {step.name === 'factor' && <SecondFactor done={() => done(null)} />}
      {step.name !== 'start' && (
        <button type="button" class="plain" onClick={() => goOn({ name: 'start' })}>
          Begin again
        </button>
      )}
    </main>
  );
}
