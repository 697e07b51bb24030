// `sallyport/client`: the API, typed by its own page. Runs in browsers and on Node 20 or newer.

import { type Operations, operations } from './operations.gen.ts';
import { UnexpectedAnswer } from './problem.ts';
import {
  type CallOptions,
  type ClientOptions,
  type Clock,
  type Conditions,
  parseJson,
  type RawAnswer,
  type RawRequest,
  realClock,
  Transport,
} from './transport.ts';

export type * from './operations.gen.ts';
export { ApiProblem, type FieldProblem, UnexpectedAnswer, Unreachable } from './problem.ts';
export type { CallOptions, ClientOptions, RawAnswer, RawRequest } from './transport.ts';

export type OperationName = keyof Operations;

/**
 * What an operation takes: `params` of its path, `query`, `body`, `idempotencyKey` where it makes
 * something and `ifMatch` where it changes something.
 */
export type Input<K extends OperationName> = Omit<Operations[K], 'reply'> & CallOptions;
export type Reply<K extends OperationName> = Operations[K]['reply'];

/** Where nothing is needed, nothing has to be given. */
type Rest<T> = Record<never, never> extends T ? [input?: T] : [input: T];

/** Operations that answer page by page. */
export type ListName = {
  [K in OperationName]: Reply<K> extends { items: readonly unknown[]; next: string | null }
    ? K
    : never;
}[OperationName];

/** An answer with what came around it. */
export interface Answer<T> extends RawAnswer {
  value: T;
  /** Give it as `ifMatch` to change only what you have seen. */
  etag: string | undefined;
  requestId: string | undefined;
}

export interface Client {
  /**
   * Calls an operation and gives its reply.
   * @throws ApiProblem, UnexpectedAnswer, Unreachable, or the reason of the signal
   */
  call<K extends OperationName>(operation: K, ...rest: Rest<Input<K>>): Promise<Reply<K>>;
  /** The same, with status and headers. */
  answer<K extends OperationName>(operation: K, ...rest: Rest<Input<K>>): Promise<Answer<Reply<K>>>;
  /** Gives page after page of a list, from the `cursor` of the query on. */
  pages<K extends ListName>(operation: K, ...rest: Rest<Input<K>>): AsyncGenerator<Reply<K>, void>;
  /** Sends what has no operation here, and gives the answer as it came. */
  request(request: RawRequest): Promise<RawAnswer>;
}

type Values = Readonly<Record<string, unknown>>;
interface AnyInput extends CallOptions, Conditions {
  params?: Values;
  query?: Values;
  body?: unknown;
}

/** The path of a template such as `/v1/tenants/{tenantId}`, with its query. */
function pathOf(template: string, params: Values, query: Values): string {
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) search.append(name, String(one));
  return search.size > 0 ? `${path}?${search}` : path;
}

function parsedValue({ status, headers, text }: RawAnswer, url: string): unknown {
  if (text === '') return undefined;
  if (!/[/+]json\b/.test(headers.get('content-type') ?? '')) return text;
  const value = parseJson(text);
  if (value === undefined) throw new UnexpectedAnswer(new Response(null, { status, headers }), url);
  return value;
}

export function createClient(options: ClientOptions, clock: Clock = realClock): Client {
  const transport = new Transport(options, clock);

  async function ask(operation: OperationName, input: AnyInput = {}): Promise<Answer<unknown>> {
    const { params = {}, query = {}, ...rest } = input;
    const [method, template] = operations[operation];
    const raw = await transport.send({ ...rest, method, path: pathOf(template, params, query) });
    return {
      ...raw,
      value: parsedValue(raw, options.url),
      etag: raw.headers.get('etag') ?? undefined,
      requestId: raw.headers.get('x-request-id') ?? undefined,
    };
  }

  async function* pages(operation: ListName, input: AnyInput = {}) {
    let cursor = input.query?.cursor;
    for (;;) {
      const { value } = await ask(operation, { ...input, query: { ...input.query, cursor } });
      yield value;
      const { next } = value as { next: string | null };
      // A list that stands still would never end.
      if (next === null || next === cursor) return;
      cursor = next;
    }
  }

  return {
    answer: ask as Client['answer'],
    call: (async (operation: OperationName, input?: AnyInput) =>
      (await ask(operation, input)).value) as Client['call'],
    pages: pages as Client['pages'],
    request: (request) => transport.send(request),
  };
}
