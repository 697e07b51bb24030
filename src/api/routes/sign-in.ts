// Signing in and out. What these routes give is a session, as a cookie or as a token.

import { z } from 'zod';
import {
  acceptInvitationSchema,
  signedInSchema,
  signInSchema,
  startedSignInSchema,
  startSignInSchema,
} from '../../model/sign-in.ts';
import { signIn } from '../../operations/account/sign-in.ts';
import { startSignIn } from '../../operations/account/start-sign-in.ts';
import { signOut } from '../../operations/session/revoke.ts';
import { acceptInvitation } from '../../operations/user/accept.ts';
import { type App, route } from '../route.ts';
import { clearCookie, giveSession } from '../session-cookie.ts';

const signedIn = { status: 200, description: 'The session', schema: signedInSchema } as const;

function mailRoutes(app: App): void {
  route(
    app,
    {
      operation: 'account.startSignIn',
      method: 'post',
      path: '/v1/sign-in/mail',
      summary: 'Ask for a mail with a code and a link to sign in with',
      description: 'The answer is the same for every address, whether a mail goes out or not.',
      body: startSignInSchema,
      reply: { status: 202, description: 'What to answer', schema: startedSignInSchema },
    },
    ({ caller, body }) => startSignIn(caller, body.email),
  );
  route(
    app,
    {
      operation: 'account.signIn',
      method: 'post',
      path: '/v1/sign-in/mail/verify',
      summary: 'Sign in with the code that the mail shows, or the secret that its link carries',
      body: signInSchema,
      reply: signedIn,
      errors: ['sign_in_failed'],
    },
    async ({ caller, body, c }) => giveSession(c, await signIn(caller, body), body.as),
  );
  route(
    app,
    {
      operation: 'account.signOut',
      method: 'post',
      path: '/v1/sign-out',
      summary: 'End the session that asks',
      body: z.strictObject({}),
      reply: { status: 204, description: 'It is over' },
    },
    async ({ caller, c }) => {
      await signOut(caller);
      clearCookie(c);
    },
  );
}

function invitationRoutes(app: App): void {
  route(
    app,
    {
      operation: 'user.accept',
      method: 'post',
      path: '/v1/sign-in/invitation',
      summary: 'Accept an invitation to a tenant; it shows that you read the mail of your address',
      body: acceptInvitationSchema,
      reply: signedIn,
      errors: ['sign_in_failed', 'already_exists', 'tenant_suspended', 'tenant_deleting'],
    },
    async ({ caller, body, c }) => giveSession(c, await acceptInvitation(caller, body), body.as),
  );
}

export function registerSignIn(app: App): void {
  mailRoutes(app);
  invitationRoutes(app);
}
