// user.get

import type { User } from '../../model/user.ts';
import type { TenantScope } from '../services.ts';
import { readUser } from './read.ts';
import { userView } from './view.ts';

export async function getUser(scope: TenantScope, id: string): Promise<User> {
  return userView(await readUser(scope, id));
}
