// The closed list of what can go wrong. The code decides status and retry; the text is for people.

/** Per code: HTTP status, whether the same request may succeed later, and a title. */
export const errorCodes = {
  invalid_input: { status: 400, retry: false, title: 'The request is not valid' },
  unauthenticated: { status: 401, retry: false, title: 'No valid credential was given' },
  forbidden: { status: 403, retry: false, title: 'This credential may not do that' },
  not_found: { status: 404, retry: false, title: 'There is no such thing' },
  method_not_allowed: { status: 405, retry: false, title: 'This path has no such method' },
  already_exists: { status: 409, retry: false, title: 'Something of that name exists already' },
  pool_overlap: { status: 409, retry: false, title: 'The address pool overlaps another one' },
  pool_exhausted: { status: 409, retry: false, title: 'The address pool has no free address' },
  public_key_in_use: { status: 409, retry: false, title: 'The public key is or was in use' },
  limit_reached: { status: 409, retry: false, title: 'A limit is reached' },
  authority_active: { status: 409, retry: false, title: 'The authority still issues' },
  authority_retired: { status: 409, retry: false, title: 'The authority was replaced' },
  gateway_not_ready: {
    status: 409,
    retry: true,
    title: 'No gateway of the device is enrolled yet',
  },
  quota_reached: { status: 409, retry: false, title: 'A quota is used up' },
  user_suspended: { status: 409, retry: false, title: 'The user is suspended' },
  last_owner: { status: 409, retry: false, title: 'A tenant must keep an owner' },
  idempotency_mismatch: {
    status: 422,
    retry: false,
    title: 'The Idempotency-Key was used for something else',
  },
  precondition_failed: { status: 412, retry: false, title: 'It was changed meanwhile' },
  sign_in_required: { status: 403, retry: false, title: 'Another way to sign in is required' },
  sign_in_failed: { status: 403, retry: false, title: 'That did not sign you in' },
  second_factor_required: { status: 403, retry: false, title: 'A second factor is required' },
  tenant_suspended: { status: 403, retry: false, title: 'The tenant is suspended' },
  tenant_deleting: { status: 403, retry: false, title: 'The tenant is being deleted' },
  revision_ahead: { status: 409, retry: false, title: 'The agent is ahead of the control plane' },
  token_used: { status: 409, retry: false, title: 'The enrolment token was used already' },
  link_used: { status: 409, retry: false, title: 'The link was used already' },
  token_expired: { status: 410, retry: false, title: 'The enrolment token has expired' },
  link_expired: { status: 410, retry: false, title: 'The link has expired' },
  device_ended: { status: 410, retry: false, title: 'The time of the device is over' },
  link_revoked: { status: 410, retry: false, title: 'The link was revoked' },
  body_too_large: { status: 413, retry: false, title: 'The request body is too large' },
  unsupported_media_type: { status: 415, retry: false, title: 'The body is of an unknown type' },
  mail_refused: { status: 422, retry: false, title: 'The mail server refuses this mail' },
  target_forbidden: { status: 422, retry: false, title: 'The target lies in a private network' },
  webhook_gone: { status: 422, retry: false, title: 'The receiver wants no more webhooks' },
  protocol_unsupported: { status: 422, retry: false, title: 'The agent speaks no version we know' },
  rate_limited: { status: 429, retry: true, title: 'Too many requests' },
  internal: { status: 500, retry: true, title: 'Something broke on our side' },
  outside_unavailable: { status: 502, retry: true, title: 'A service outside did not answer well' },
  misconfigured: { status: 503, retry: true, title: 'The control plane is not set up' },
  not_migrated: { status: 503, retry: true, title: "The tenant's database is out of order" },
  busy: { status: 503, retry: true, title: 'Too busy right now' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** One thing wrong with the input: where, which rule, and so what to do. */
export interface FieldProblem {
  field: string;
  rule: string;
}

/** The only error that carries a message for the caller. The cause is for the log alone. */
export class SallyportError extends Error {
  readonly code: ErrorCode;
  /** What the caller can do about it. */
  readonly wayOut: string | undefined;
  readonly problems: readonly FieldProblem[];

  constructor(
    code: ErrorCode,
    detail: string,
    options: { wayOut?: string; problems?: readonly FieldProblem[]; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SallyportError';
    this.code = code;
    this.wayOut = options.wayOut;
    this.problems = options.problems ?? [];
  }
}

/** Another tenant's object and no object give this same answer. */
export function notFound(kind: string, id: string): SallyportError {
  return new SallyportError('not_found', `There is no ${kind} ${id}.`, {
    wayOut: `List the ${kind}s to see which there are.`,
  });
}
