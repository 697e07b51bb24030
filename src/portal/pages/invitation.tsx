// Behind the link of an invitation: whoever got that mail becomes the user it was meant for.

import { useState } from 'preact/hooks';
import { go } from '../address.ts';
import { api } from '../api.ts';
import { Field, Form } from '../parts.tsx';
import { SecondFactor } from './second-factor.tsx';

export function InvitationPage({ token }: { token: string }) {
  const [needsFactor, needFactor] = useState(false);
  return (
    <main>
      <p class="brand">Sallyport</p>
      <h1>{needsFactor ? 'One more step' : 'You are invited'}</h1>
      {needsFactor ? (
        <SecondFactor done={() => go()} />
      ) : (
        <Form
          label="Accept the invitation"
          submit={async ({ name }) => {
            const body = name === undefined ? { token } : { token, name };
            const { next } = await api.call('user.accept', { body });
            if (next === 'totp') needFactor(true);
            else go();
          }}
        >
          <p>
            Accepting signs you in. Next time you sign in with your e-mail address, or with a
            passkey once you have made one.
          </p>
          <Field
            label="Your name"
            hint="Leave it empty to keep the one in the invitation."
            name="name"
            autoComplete="name"
          />
        </Form>
      )}
    </main>
  );
}
