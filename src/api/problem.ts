// Errors on HTTP: problem details (RFC 9457).

import { z } from 'zod';
import { type ErrorCode, errorCodes, SallyportError } from '../model/errors.ts';

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(errorCodes) as ErrorCode[]),
    wayOut: z.string().optional(),
    problems: z.array(z.strictObject({ field: z.string(), rule: z.string() })).optional(),
    requestId: z.string(),
  })
  .meta({
    examples: [
      {
        type: '/problems/not_found',
        title: errorCodes.not_found.title,
        status: 404,
        detail: 'There is no device d_9q0c7x1v5t8b7m3k.',
        code: 'not_found',
        wayOut: 'List the devices to see which there are.',
        requestId: 'r_2m9q0c7x1v5t8b7m',
      },
    ],
  });
export type Problem = z.infer<typeof problemSchema>;

/** What was thrown, as an error that may be shown. What we did not foresee becomes `internal`. */
export function toSallyportError(error: unknown): SallyportError {
  if (error instanceof SallyportError) return error;
  return new SallyportError('internal', 'Something broke on our side; it has been logged.', {
    wayOut: 'Try again; if it stays, tell the operator the request id.',
    cause: error,
  });
}

export function problemOf(error: SallyportError, requestId: string): Problem {
  const { status, title } = errorCodes[error.code];
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.wayOut === undefined ? {} : { wayOut: error.wayOut }),
    ...(error.problems.length === 0 ? {} : { problems: [...error.problems] }),
    requestId,
  };
}

export function problemResponse(error: SallyportError, requestId: string): Response {
  const problem = problemOf(error, requestId);
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (errorCodes[error.code].retry) headers.set('retry-after', '1');
  if (error.code === 'unauthenticated') headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}
