// How often what may be asked, by name. At the edge wrangler.toml says the same: a test compares.

export interface RatePolicy {
  /** Requests in `seconds`; as many may come at once. */
  limit: number;
  seconds: number;
  /** Who is counted, for people who are refused. */
  counted: string;
}

export const ratePolicies = {
  /** Requests without a credential that cost something, by client address. */
  anonymous: { limit: 120, seconds: 60, counted: 'requests without a credential' },
  /** Credentials that were not good, by client address. */
  credential: { limit: 30, seconds: 60, counted: 'credentials that are not valid' },
  /** Attempts to sign in, by account or e-mail address. */
  signIn: { limit: 10, seconds: 60, counted: 'attempts to sign in' },
  /** What an account asks about itself. */
  account: { limit: 300, seconds: 60, counted: 'requests of this account' },
  /** What is asked in a tenant; its quota `apiRequestsPerMinute` may say otherwise. */
  tenantApi: { limit: 3000, seconds: 60, counted: 'requests of this tenant' },
  /** What a gateway's agent asks and reports. */
  agent: { limit: 1200, seconds: 60, counted: 'requests of this gateway' },
} as const satisfies Record<string, RatePolicy>;

export type RatePolicyName = keyof typeof ratePolicies;
export const ratePolicyNames = Object.keys(ratePolicies) as RatePolicyName[];

/** Requests per minute where they differ from the policy. */
export type RateLimits = Readonly<Partial<Record<RatePolicyName, number>>>;

export interface RateVerdict {
  policy: RatePolicyName;
  allowed: boolean;
  /** Requests in `seconds`. */
  limit: number;
  seconds: number;
  /** How many more may come now; undefined where that is not known. */
  remaining: number | undefined;
  /** Until all may come again; for a refused request, until the next may. */
  resetSeconds: number;
}
