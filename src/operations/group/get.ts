// group.get

import type { Group } from '../../model/group.ts';
import type { TenantScope } from '../services.ts';
import { readGroup } from './read.ts';
import { groupView } from './view.ts';

export async function getGroup(scope: TenantScope, id: string): Promise<Group> {
  return groupView(await readGroup(scope, id));
}
