// user.create

import { users } from '../../db/schema/tenant.ts';
import { newId } from '../../model/ids.ts';
import type { CreateUser, User } from '../../model/tenant.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { userView } from './view.ts';

export async function createUser(scope: TenantScope, input: CreateUser): Promise<User> {
  const { db, services } = scope;
  const row = {
    id: newId('user', services.random),
    name: input.name,
    email: input.email ?? null,
    role: input.role,
    createdAt: services.now(),
  };
  return commit(scope, 'user.create', async (number) => ({
    subject: row.id,
    summary: { name: row.name, role: row.role },
    writes: [db.build.insert(users).values({ ...row, createdRevision: number })],
    touched: [],
    result: userView(row),
  }));
}
