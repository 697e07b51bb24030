// user.create

import { users } from '../../db/schema/tenant-people.ts';
import { newId } from '../../model/ids.ts';
import type { CreateUser, User } from '../../model/user.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { mayGrant } from './grant.ts';
import { newUser } from './new.ts';
import { userView } from './view.ts';

export async function createUser(scope: TenantScope, input: CreateUser): Promise<User> {
  const { db, services } = scope;
  mayGrant(scope, input.role);
  const id = newId('user', services.random);
  const createdAt = services.now();
  return commit(scope, 'user.create', async (number) => {
    const row = newUser({ id, createdAt, number }, input);
    return {
      subject: id,
      summary: { name: row.name, role: row.role },
      writes: [db.build.insert(users).values(row)],
      touched: [],
      usage: [{ name: 'users', add: 1 }],
      result: userView(row),
    };
  });
}
