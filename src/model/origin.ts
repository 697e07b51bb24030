// Where a request came from, for the log.

export interface Origin {
  /** The client's IP address, as far as it is known. */
  address: string | null;
  /** What its program calls itself, cut to `limits.userAgentLength`. */
  userAgent: string | null;
  /** By which the request is found in the log. */
  requestId: string | null;
}

/** Of what no request caused. */
export const noOrigin: Origin = { address: null, userAgent: null, requestId: null };
