// What a provider says when the service outside did not do its part.

import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { oneLine } from '../model/text.ts';

/** What others sent, fit for an error: one line, not long. */
export function quoteReply(text: string): string {
  return oneLine(text).slice(0, limits.outsideReplyLength);
}

/** The system's own word for it, such as ECONNREFUSED: it names no address, as messages do. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason given';
  // An abort says why in its cause: the job's time, or ours.
  if (error.name === 'AbortError' && error.cause) return reasonOf(error.cause);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return quoteReply(error.message);
}

/**
 * The error for a service that could not be reached or did not answer well; ours pass through.
 * @param service what it is, such as "The webhook's receiver hooks.example.com"
 */
export function unavailable(service: string, error: unknown): SallyportError {
  if (error instanceof SallyportError) return error;
  const detail = `${service} did not take it: ${reasonOf(error)}.`;
  return new SallyportError('outside_unavailable', detail, {
    wayOut: 'It is tried again later. If it goes on, look at its address, certificate and log.',
    cause: error,
  });
}
