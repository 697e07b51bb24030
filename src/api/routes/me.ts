// What people do with their own account.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import {
  accountSchema,
  meSchema,
  recoverAccountSchema,
  recoveredAccountSchema,
  updateAccountSchema,
} from '../../model/me.ts';
import { sessionSchema } from '../../model/sign-in.ts';
import { deleteAccount } from '../../operations/account/delete.ts';
import { recoverAccount } from '../../operations/account/recover.ts';
import { updateAccount } from '../../operations/account/update.ts';
import { getMe } from '../../operations/me/get.ts';
import { listSessions } from '../../operations/session/list.ts';
import { revokeSession } from '../../operations/session/revoke.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';
import { clearCookie } from '../session-cookie.ts';

function accountRoutes(app: App): void {
  route(
    app,
    {
      operation: 'me.get',
      method: 'get',
      path: '/v1/me',
      summary: 'Read who asks: the account and its tenants, or the key and its bounds',
      reply: { status: 200, description: 'Whoever asks', schema: meSchema },
    },
    ({ caller }) => getMe(caller),
  );
  route(
    app,
    {
      operation: 'account.update',
      method: 'patch',
      path: '/v1/me',
      summary: 'Change the name of the account',
      body: updateAccountSchema,
      reply: { status: 200, description: 'The account', schema: accountSchema },
    },
    ({ caller, body }) => updateAccount(caller, body),
  );
}

function endingRoutes(app: App): void {
  route(
    app,
    {
      operation: 'account.delete',
      method: 'delete',
      path: '/v1/me',
      summary: 'Delete the account; the users that it was stay in their tenants',
      reply: { status: 204, description: 'It is gone' },
      errors: ['sign_in_required', 'last_owner'],
    },
    async ({ caller, c }) => {
      await deleteAccount(caller);
      clearCookie(c);
    },
  );
  route(
    app,
    {
      operation: 'account.recover',
      method: 'post',
      path: '/v1/accounts/recover',
      summary:
        "Take an account's factors and sessions away, and get a link into it (operator only)",
      body: recoverAccountSchema,
      reply: { status: 200, description: 'The link, once', schema: recoveredAccountSchema },
    },
    ({ caller, body }) => recoverAccount(caller, body.email),
  );
}

function sessionRoutes(app: App): void {
  route(
    app,
    {
      operation: 'session.list',
      method: 'get',
      path: '/v1/me/sessions',
      summary: 'List where the account is signed in',
      reply: { status: 200, description: 'All of them', schema: listingSchema(sessionSchema) },
    },
    ({ caller }) => listSessions(caller),
  );
  route(
    app,
    {
      operation: 'session.revoke',
      method: 'delete',
      path: '/v1/me/sessions/{sessionId}',
      summary: 'End a session; its token is good no more',
      params: z.strictObject({ sessionId: idSchema('session') }),
      reply: { status: 204, description: 'It is over' },
    },
    ({ caller, params }) => revokeSession(caller, params.sessionId),
  );
}

export function registerMe(app: App): void {
  accountRoutes(app);
  endingRoutes(app);
  sessionRoutes(app);
}
