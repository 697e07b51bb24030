// Which page one is on, and who one is.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { type Address, hrefOf, rememberPlace, useAddress } from './address.ts';
import { api } from './api.ts';
import { isSignedOut, type Loaded, useLoaded } from './load.ts';
import type { Me } from './me.ts';
import { AccountPage } from './pages/account.tsx';
import { HomePage } from './pages/home.tsx';
import { InvitationPage } from './pages/invitation.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { SignInLinkPage } from './pages/sign-in-link.tsx';
import { TenantPages } from './pages/tenant.tsx';
import { Waiting } from './parts.tsx';

export function Shell({ children }: { children: ComponentChildren }) {
  return (
    <div class="shell">
      <div class="top">
        <a class="brand" href={hrefOf()}>
          Sallyport
        </a>
        <a class="soft" href={hrefOf('account')}>
          Your account
        </a>
      </div>
      {children}
    </div>
  );
}

/** Back to a page of the control plane itself, which wanted to know who one is. */
function BackTo({ path }: { path: string }) {
  useEffect(() => location.replace(path), [path]);
  return <p class="soft">Loading …</p>;
}

function Signed({ address, me, loaded }: { address: Address; me: Me; loaded: Loaded<Me> }) {
  const [page, tenantId, ...rest] = address;
  if (page === 'account') return <AccountPage me={me} reload={loaded.reload} />;
  if ((page === 'u' || page === 'l') && tenantId !== undefined)
    return <BackTo path={`/${page}/${encodeURIComponent(tenantId)}`} />;
  const tenant = me.tenants.find((one) => one.tenantId === tenantId);
  if (page === 't' && tenant) return <TenantPages tenant={tenant} address={rest} />;
  return <HomePage me={me} reload={loaded.reload} />;
}

/** Pages that need somebody who is signed in. */
function Inside({ address }: { address: Address }) {
  const loaded = useLoaded(() => api.call('me.get'), []);
  if (isSignedOut(loaded.fault)) {
    rememberPlace();
    return <SignInPage onSignedIn={loaded.reload} />;
  }
  return (
    <Shell>
      <Waiting loaded={loaded}>
        {(me) => <Signed address={address} me={me} loaded={loaded} />}
      </Waiting>
    </Shell>
  );
}

export function App() {
  const address = useAddress();
  const [page, kind, ...rest] = address;
  const [token] = rest;
  if (page === 'sign-in' && kind === 'mail') return <SignInLinkPage parts={rest} />;
  if (page === 'sign-in' && kind === 'invitation' && token !== undefined)
    return <InvitationPage token={token} />;
  if (page === 'sign-in') return <SignInPage onSignedIn={() => undefined} />;
  return <Inside address={address} />;
}
