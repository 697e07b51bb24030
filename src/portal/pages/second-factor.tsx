// The second factor of an account that has one: a one-time code, or a recovery code.

import { useState } from 'preact/hooks';
import { api } from '../api.ts';
import { Field, Form } from '../parts.tsx';

export function SecondFactor({ done }: { done: () => void }) {
  const [recovering, recover] = useState(false);
  if (recovering)
    return (
      <Form
        label="Use this recovery code"
        submit={async ({ code = '' }) => {
          await api.call('totp.recover', { body: { code } });
          done();
        }}
      >
        <Field label="One of your recovery codes" name="code" autoComplete="off" required />
        <p class="soft">Each works once. Make new ones in your account when few are left.</p>
      </Form>
    );
  return (
    <>
      <Form
        label="Go on"
        submit={async ({ code = '' }) => {
          await api.call('totp.signIn', { body: { code: code.replaceAll(/\D/g, '') } });
          done();
        }}
      >
        <Field
          label="Code of your authenticator app"
          name="code"
          class="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
        />
      </Form>
      <button type="button" class="plain" onClick={() => recover(true)}>
        I do not have it with me
      </button>
    </>
  );
}
