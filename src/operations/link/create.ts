// link.create: an address that gives out a device's profile, once, or opens a user's own page. It
// is shown once, and mailed if that is wanted.

import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import type { CreatedLink, CreateLink } from '../../model/link.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { addLink, newLink, type Target } from './new.ts';

function invalid(field: 'deviceId' | 'userId', detail: string, rule: string): SallyportError {
  return new SallyportError('invalid_input', detail, {
    wayOut: 'A link that works once is of a device, a bookmark is of a user.',
    problems: [{ field, rule }],
  });
}

function targetOf(scope: TenantScope, { kind, deviceId, userId }: CreateLink): Target {
  if (kind === 'once') {
    if (userId !== undefined)
      throw invalid('userId', 'The link is of a device.', 'must be left out of a link for once');
    if (deviceId === undefined)
      throw invalid('deviceId', 'No device is given.', 'is required for a link that works once');
    return { kind, deviceId, userId: null };
  }
  if (scope.reach.gatewayIds !== null)
    throw new SallyportError('forbidden', 'A bookmark opens devices of all gateways.', {
      wayOut: 'Use a key that is not bounded to gateways.',
    });
  if (deviceId !== undefined)
    throw invalid('deviceId', 'The bookmark is of a user.', 'must be left out of a bookmark');
  const owner = userId ?? scope.userId;
  if (owner === undefined)
    throw invalid('userId', 'No user is given.', 'is required for a key that makes a bookmark');
  return { kind, deviceId: null, userId: owner };
}

export async function createLink(scope: TenantScope, input: CreateLink): Promise<CreatedLink> {
  const usual = input.kind === 'once' ? limits.linkLifetimeDefaultSeconds : null;
  const link = await newLink(scope, targetOf(scope, input), input.expiresInSeconds ?? usual);
  const { row, url } = link;
  return commit(scope, 'link.create', async () => {
    const { view, ...addition } = await addLink(scope, link, { send: input.send });
    const { deviceId, userId, kind, expiresAt } = view;
    return {
      ...addition,
      subject: row.id,
      summary: {
        ...(kind === 'once' ? { deviceId } : { userId }),
        ...{ kind, expiresAt, mailed: input.send },
      },
      touched: [],
      result: { link: view, url },
    };
  });
}
