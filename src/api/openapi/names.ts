// The names of the model's schemas on the API's page: `deviceSchema` is Device, and so on. They
// follow from what the modules export, so a schema gets its name by being in one of them.

import { z } from 'zod';
import * as account from '../../model/account.ts';
import * as apiKey from '../../model/api-key.ts';
import * as audit from '../../model/audit.ts';
import * as authority from '../../model/authority.ts';
import * as device from '../../model/device.ts';
import * as enrollment from '../../model/enrollment.ts';
import * as gateway from '../../model/gateway.ts';
import * as group from '../../model/group.ts';
import * as ikev2 from '../../model/ikev2.ts';
import * as link from '../../model/link.ts';
import * as me from '../../model/me.ts';
import * as observedState from '../../model/observed-state.ts';
import * as oidc from '../../model/oidc.ts';
import * as outlet from '../../model/outlet.ts';
import * as passkey from '../../model/passkey.ts';
import * as policy from '../../model/policy.ts';
import * as profile from '../../model/profile.ts';
import * as quota from '../../model/quota.ts';
import * as receipt from '../../model/receipt.ts';
import * as revision from '../../model/revision.ts';
import * as sealing from '../../model/sealing.ts';
import * as sentMail from '../../model/sent-mail.ts';
import * as signIn from '../../model/sign-in.ts';
import * as tenant from '../../model/tenant.ts';
import * as totp from '../../model/totp.ts';
import * as user from '../../model/user.ts';
import * as webhook from '../../model/webhook.ts';
import * as wireguard from '../../model/wireguard.ts';
import * as problem from '../problem.ts';

const modules = [
  account,
  apiKey,
  audit,
  authority,
  device,
  enrollment,
  gateway,
  group,
  ikev2,
  link,
  me,
  observedState,
  oidc,
  outlet,
  passkey,
  policy,
  profile,
  quota,
  receipt,
  revision,
  sealing,
  sentMail,
  signIn,
  tenant,
  totp,
  user,
  webhook,
  wireguard,
  problem,
];

const suffix = 'Schema';

function isThing(value: unknown): value is z.ZodType {
  return value instanceof z.ZodObject || value instanceof z.ZodUnion;
}

/** Every named schema; two modules that give one name to different things are a fault. */
export function schemaNames(): Map<z.ZodType, string> {
  const names = new Map<z.ZodType, string>();
  const taken = new Set<string>();
  for (const module of modules as readonly object[])
    for (const [key, value] of Object.entries(module)) {
      if (!key.endsWith(suffix) || !isThing(value) || names.has(value)) continue;
      const name = key.charAt(0).toUpperCase() + key.slice(1, -suffix.length);
      if (taken.has(name)) throw new Error(`two schemas of src/model are called ${key}`);
      taken.add(name);
      names.set(value, name);
    }
  return names;
}
