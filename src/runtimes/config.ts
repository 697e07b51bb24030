// The settings of the control plane, from the environment. sallyport.example.env lists them.

import { z } from 'zod';
import { anyPrefixSchema, type Prefix, parsePrefix } from '../model/cidr.ts';
import { fromBase64Url } from '../model/encoding.ts';
import { limits } from '../model/limits.ts';
import { parseInput } from '../model/problems.ts';
import { defaultQuotas, type Quotas, quotasSchema } from '../model/quota.ts';
import { type RateLimits, ratePolicyNames } from '../model/rate-policy.ts';
import { type SealingSecret, sealingKeysSchema } from '../model/sealing.ts';
import { portSchema } from '../model/wireguard.ts';
import type { SignUp } from '../operations/services.ts';
import { type OutsideSettings, readOutside } from './outside-settings.ts';
import { type ProfileSigning, readProfileSigning } from './profile-signer.ts';
import { type RemoteSettings, remoteSchemaFor } from './remote-databases.ts';

const listenSchema = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^:[\]]+):\d{1,5}$/, 'must be address:port, such as 127.0.0.1:8787')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  })
  .pipe(z.object({ host: z.string(), port: portSchema }));

const trustedProxiesSchema = z.string().transform((text, context): Prefix[] =>
  text.split(',').flatMap((part) => {
    const { data, error } = anyPrefixSchema.safeParse(part.trim());
    const prefix = data === undefined ? undefined : parsePrefix(data);
    if (typeof prefix === 'object') return [prefix];
    const rule = error?.issues[0]?.message ?? 'must be network prefixes';
    context.addIssue(`${rule} (between commas)`);
    return [];
  }),
);

/** A tenant's requests have a quota, which is set for each. */
const settableRates = ratePolicyNames.filter((name) => name !== 'tenantApi');
const ratesSchema = z.partialRecord(z.enum(settableRates), z.int().min(1));

/** Such as `devices=100 users=20`, as an object. */
function pairsOf(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(/[\s,]+/).flatMap((part) => {
      const [name = '', value] = part.split('=');
      return name === '' ? [] : [[name, Number(value)]];
    }),
  );
}

/** What the settings that every runtime has must look like. */
export const settingSchemas = {
  publicUrl: z
    .url({ protocol: /^https?$/, message: 'must be an http:// or https:// address' })
    .transform((text) => text.replace(/\/+$/, '')),
  operatorKey: z
    .string()
    .min(
      limits.operatorKeyLengthLeast,
      `must be at least ${limits.operatorKeyLengthLeast} characters`,
    )
    .regex(/^[!-~]+$/, 'must be printable ASCII without blanks'),
  rootKey: z
    .string()
    .refine(
      (text) => fromBase64Url(text)?.length === 32,
      'must be 32 random bytes in base64url, 43 characters',
    ),
  sealingKeys: sealingKeysSchema.optional(),
  logLevel: z.enum(['error', 'info', 'silent']).default('info'),
  signUp: z.enum(['open', 'invitation', 'closed']).default('closed'),
  /** Such as `devices=100 users=20`: what differs from the usual. */
  quotas: z
    .string()
    .default('')
    .transform((text) => ({ ...defaultQuotas, ...pairsOf(text) }))
    .pipe(quotasSchema),
  /** `off`, or requests a minute that differ from the policies: `anonymous=300 agent=6000`. */
  rates: z
    .string()
    .default('')
    .transform((text) => (text === 'off' ? text : pairsOf(text)))
    .pipe(z.union([z.literal('off'), ratesSchema])),
};

export type LogLevel = z.infer<typeof settingSchemas.logLevel>;

const settingsSchema = z.object({
  SALLYPORT_LISTEN: listenSchema.prefault('127.0.0.1:8787'),
  SALLYPORT_DATA: z.string().min(1).default('./data'),
  SALLYPORT_PUBLIC_URL: settingSchemas.publicUrl.optional(),
  SALLYPORT_OPERATOR_KEY: settingSchemas.operatorKey.optional(),
  SALLYPORT_ROOT_KEY: settingSchemas.rootKey.optional(),
  SALLYPORT_SEALING_KEYS: settingSchemas.sealingKeys,
  SALLYPORT_LOG_LEVEL: settingSchemas.logLevel,
  SALLYPORT_SIGN_UP: settingSchemas.signUp,
  SALLYPORT_QUOTAS: settingSchemas.quotas,
  SALLYPORT_RATE_LIMITS: settingSchemas.rates,
  SALLYPORT_TRUSTED_PROXIES: trustedProxiesSchema.optional(),
  SALLYPORT_METRICS: z.enum(['operator', 'local']).default('operator'),
});

export interface Settings {
  listen: { host: string; port: number };
  dataDirectory: string;
  publicUrl: string | undefined;
  operatorKey: string | undefined;
  rootKey: Uint8Array<ArrayBuffer> | undefined;
  /** The newest first; empty where the root's own key seals. */
  sealingKeys: readonly SealingSecret[];
  logLevel: LogLevel;
  signUp: SignUp;
  quotas: Quotas;
  rates: RateLimits | 'off';
  /** Whose X-Forwarded-For is believed. */
  trustedProxies: readonly Prefix[];
  /** Whether this machine may read the metrics without a key. */
  localMetrics: boolean;
  /** Databases on a server; undefined keeps them as files in the data directory. */
  remote: RemoteSettings | undefined;
  outside: OutsideSettings;
  /** Paths of files. */
  profileSigning: ProfileSigning | undefined;
}

type Variables = Record<string, string | undefined>;

/** An empty variable is how many tools spell "not set". */
export function given(environment: Variables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

function readRemote(env: Record<string, string>): RemoteSettings | undefined {
  const names = Object.keys(env).filter((name) => name.startsWith('SALLYPORT_DATABASE_'));
  return names.length === 0
    ? undefined
    : parseInput<RemoteSettings>(remoteSchemaFor(names), env, 'The environment');
}

/** @throws SallyportError `invalid_input` that names the setting and its rule, never its value */
export function readSettings(environment: Variables): Settings {
  const variables = given(environment);
  const env = parseInput(settingsSchema, variables, 'The environment');
  const rootKey = env.SALLYPORT_ROOT_KEY;
  return {
    listen: env.SALLYPORT_LISTEN,
    dataDirectory: env.SALLYPORT_DATA,
    publicUrl: env.SALLYPORT_PUBLIC_URL,
    operatorKey: env.SALLYPORT_OPERATOR_KEY,
    rootKey: rootKey === undefined ? undefined : fromBase64Url(rootKey),
    sealingKeys: env.SALLYPORT_SEALING_KEYS ?? [],
    logLevel: env.SALLYPORT_LOG_LEVEL,
    signUp: env.SALLYPORT_SIGN_UP,
    quotas: env.SALLYPORT_QUOTAS,
    rates: env.SALLYPORT_RATE_LIMITS,
    trustedProxies: env.SALLYPORT_TRUSTED_PROXIES ?? [],
    localMetrics: env.SALLYPORT_METRICS === 'local',
    remote: readRemote(variables),
    outside: readOutside(variables, 'The environment'),
    profileSigning: readProfileSigning(variables, 'The environment'),
  };
}
