// Behind the link of a sign-in mail. Opening it does nothing: programs that check mails open it
// as well.

import { useState } from 'preact/hooks';
import { returnToPlace } from '../address.ts';
import { api } from '../api.ts';
import { Do } from '../parts.tsx';
import { SecondFactor } from './second-factor.tsx';

export function SignInLinkPage({ parts }: { parts: readonly string[] }) {
  const [challengeId = '', secret = ''] = parts;
  const [needsFactor, needFactor] = useState(false);
  return (
    <main>
      <p class="brand">Sallyport</p>
      <h1>{needsFactor ? 'One more step' : 'Sign in'}</h1>
      {needsFactor ? (
        <SecondFactor done={returnToPlace} />
      ) : (
        <>
          <p>Did you just ask to sign in? If not, close this page: nothing has happened.</p>
          <Do
            run={async () => {
              const { next } = await api.call('account.signIn', { body: { challengeId, secret } });
              if (next === 'totp') needFactor(true);
              else returnToPlace();
            }}
          >
            Yes, sign me in
          </Do>
        </>
      )}
    </main>
  );
}
