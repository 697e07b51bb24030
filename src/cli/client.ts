// One request to the API and its answer, or a failure that says what to do.

import { z } from 'zod';
import { ApiProblem, createClient, UnexpectedAnswer, Unreachable } from '../client/client.ts';
import { parseJson, type RawAnswer, type RawRequest } from '../client/transport.ts';
import { exitCodes, Failure, messageOf, refused } from './failure.ts';

const timeoutMilliseconds = 30_000;

export interface Server {
  url: string;
  token: string | undefined;
  /** What named the address, for messages. */
  source: string;
}

export interface Request<T> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's address, with a leading slash. */
  path: string;
  body?: object;
  answer: z.ZodType<T>;
}

/** What came back: parsed, and as it was sent, for `--json`. */
export interface Answer<T> {
  value: T;
  text: string;
}

/** The answer of an operation that has nothing to say. */
export const nothing = z.undefined();

export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Is the control plane running ("npm start")?',
  ENOTFOUND: 'there is no host of that name. Is it spelled right?',
  EAI_AGAIN: 'its name cannot be looked up now. Does this machine have DNS?',
  ECONNRESET: 'the connection was cut. Is it http:// where it should be https://?',
  UND_ERR_SOCKET: 'the connection was cut. Is it http:// where it should be https://?',
  EHOSTUNREACH: 'there is no way to it from this network.',
  ENETUNREACH: 'there is no way to it from this network.',
};

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no answer within ${timeoutMilliseconds / 1000} seconds. Is there a firewall between?`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return reasons[code] ?? messageOf(cause ?? error);
}

function unreachable(server: Server, error: unknown): Failure {
  const notes = [reasonOf(error), `The address comes from ${server.source}.`];
  return new Failure(exitCodes.unreachable, `cannot reach ${server.url}`, notes, error);
}

// The API speaks of headers; here the key has another place.
const checkKey = 'Check SALLYPORT_TOKEN, or the token in the profile file.';

/** What the server says is wrong, for a person. */
function refusal({ title, code, detail, wayOut, problems, requestId }: ApiProblem): Failure {
  const isRepeated = problems.length > 0 && problems.every(({ rule }) => detail.includes(rule));
  const advice = code === 'unauthenticated' ? checkKey : wayOut;
  return refused(`${title} (${code})`, [
    ...(detail === title || isRepeated ? [] : [detail]),
    ...problems.map(({ field, rule }) => `${field || 'the body'}: ${rule}`),
    ...(advice ? [`What to do: ${advice}`] : []),
    ...(requestId ? [`Request: ${requestId}`] : []),
  ]);
}

function notSallyport(server: Server, { status, location, url }: UnexpectedAnswer): Failure {
  const elsewhere =
    location && URL.canParse(location, url) ? new URL(location, url).origin : undefined;
  return refused(`${server.url} answered ${status}, but not as Sallyport does`, [
    elsewhere ? `It points to ${elsewhere}. Is that the right address?` : 'Is the address right?',
    `The address comes from ${server.source}.`,
  ]);
}

function failureOf(server: Server, error: unknown): unknown {
  if (error instanceof ApiProblem) return refusal(error);
  if (error instanceof UnexpectedAnswer) return notSallyport(server, error);
  if (error instanceof Unreachable) return unreachable(server, error.cause);
  return error;
}

/**
 * Sends a request.
 * @throws Failure with exit code 1 if the server refuses, 3 if it cannot be reached
 */
export async function exchange(
  server: Server,
  request: RawRequest,
  fetch?: typeof globalThis.fetch,
): Promise<RawAnswer> {
  try {
    return await createClient({ ...server, timeoutMilliseconds, fetch }).request(request);
  } catch (error) {
    throw failureOf(server, error);
  }
}

/**
 * Sends a request and parses the answer.
 * @throws Failure with exit code 1 if the server refuses, 3 if it cannot be reached
 */
export async function send<T>(server: Server, request: Request<T>): Promise<Answer<T>> {
  const { answer, ...sent } = request;
  const { text } = await exchange(server, sent);
  const parsed = answer.safeParse(text === '' ? undefined : parseJson(text));
  if (parsed.success) return { value: parsed.data, text };
  const [issue] = parsed.error.issues;
  throw refused(`${server.url} gave an answer that this version does not understand`, [
    `${issue?.path.join('.') || 'the answer'}: ${issue?.message}`,
    'Are the command and the control plane of the same version?',
  ]);
}
