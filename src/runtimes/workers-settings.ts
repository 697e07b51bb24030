// The settings of the edge runtime: variables, secrets and bindings of the Worker.

import { z } from 'zod';
import { fromBase64Url } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { parseInput } from '../model/problems.ts';
import type { Quotas } from '../model/quota.ts';
import type { RateLimits } from '../model/rate-policy.ts';
import type { SealingSecret } from '../model/sealing.ts';
import type { SignUp } from '../operations/services.ts';
import { given, type LogLevel, settingSchemas } from './config.ts';
import { type OutsideSettings, readOutside } from './outside-settings.ts';
import { type ProfileSigning, readProfileSigning } from './profile-signer.ts';
import { type RemoteSettings, remoteSchemaFor } from './remote-databases.ts';
import type { HubNamespace } from './workers-hub.ts';
import type { JobQueue } from './workers-jobs.ts';
import { type RateBindings, rateBindingsSchema } from './workers-rates.ts';

const { operatorKey, publicUrl, rootKey, sealingKeys, logLevel, signUp, quotas, rates } =
  settingSchemas;

const hubBinding = z.custom<HubNamespace>(
  (value) => typeof value === 'object' && value !== null && 'getByName' in value,
  'must be bound to the Durable Object class GatewayHub in wrangler.toml',
);

const queueBinding = z.custom<JobQueue>(
  (value) => typeof value === 'object' && value !== null && 'sendBatch' in value,
  'must be bound as the producer of a queue in wrangler.toml',
);

const settingsSchema = z.object({
  SALLYPORT_PUBLIC_URL: publicUrl,
  SALLYPORT_ROOT_KEY: rootKey,
  SALLYPORT_SEALING_KEYS: sealingKeys,
  SALLYPORT_OPERATOR_KEY: operatorKey.optional(),
  SALLYPORT_LOG_LEVEL: logLevel,
  SALLYPORT_SIGN_UP: signUp,
  SALLYPORT_QUOTAS: quotas,
  SALLYPORT_RATE_LIMITS: rates,
  HUB: hubBinding,
  JOBS: queueBinding,
});

export interface EdgeSettings {
  hubs: HubNamespace;
  queue: JobQueue;
  publicUrl: string;
  operatorKey: string | undefined;
  rootKey: Uint8Array<ArrayBuffer>;
  sealingKeys: readonly SealingSecret[];
  logLevel: LogLevel;
  signUp: SignUp;
  quotas: Quotas;
  /** Requests per minute that differ, and who counts; `off` needs nobody. */
  rates: { limits: RateLimits; bindings: RateBindings } | 'off';
  remote: RemoteSettings;
  outside: OutsideSettings;
  /** In PEM. */
  profileSigning: ProfileSigning | undefined;
}

/** What the platform hands to a Worker: strings and bindings by name. */
export type Bindings = Readonly<Record<string, unknown>>;

const what = 'The environment of the Worker';

function strings(bindings: Bindings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bindings).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

function ratesOf(setting: RateLimits | 'off', bindings: Bindings): EdgeSettings['rates'] {
  if (setting === 'off') return setting;
  return { limits: setting, bindings: parseInput(rateBindingsSchema, bindings, what) };
}

/** @throws SallyportError `misconfigured` that names the setting and its rule, never its value */
export function readEdgeSettings(bindings: Bindings): EdgeSettings {
  try {
    const variables = given(strings(bindings));
    const { HUB, JOBS } = bindings;
    const env = parseInput(settingsSchema, { ...variables, HUB, JOBS }, what);
    const remote = parseInput(remoteSchemaFor(Object.keys(variables)), variables, what);
    return {
      hubs: env.HUB,
      queue: env.JOBS,
      publicUrl: env.SALLYPORT_PUBLIC_URL,
      operatorKey: env.SALLYPORT_OPERATOR_KEY,
      rootKey: fromBase64Url(env.SALLYPORT_ROOT_KEY) ?? new Uint8Array(),
      sealingKeys: env.SALLYPORT_SEALING_KEYS ?? [],
      logLevel: env.SALLYPORT_LOG_LEVEL,
      signUp: env.SALLYPORT_SIGN_UP,
      quotas: env.SALLYPORT_QUOTAS,
      rates: ratesOf(env.SALLYPORT_RATE_LIMITS, bindings),
      remote,
      outside: readOutside(variables, what),
      profileSigning: readProfileSigning(variables, what),
    };
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    throw new SallyportError('misconfigured', error.message, {
      wayOut: 'Set it in wrangler.toml, or with "wrangler secret put" if it is a secret.',
      problems: error.problems,
    });
  }
}
