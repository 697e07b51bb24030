// What a call may end with instead of an answer.

export interface FieldProblem {
  /** Where, such as `endpoint.port`. */
  field: string;
  /** Which rule it breaks. */
  rule: string;
}

/** The control plane refuses, and says why (RFC 9457). */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  /** Stable, to program against. */
  readonly code: string;
  readonly title: string;
  /** For people, as are `wayOut` and `problems`. */
  readonly detail: string;
  readonly wayOut: string | undefined;
  readonly problems: readonly FieldProblem[];
  readonly requestId: string | undefined;
  /** Seconds after which the same request may succeed; undefined if it never will. */
  readonly retryAfter: number | undefined;

  constructor(status: number, fields: ProblemFields, retryAfter: number | undefined) {
    super(`${fields.detail} (${fields.code})`);
    this.status = status;
    this.code = fields.code;
    this.title = fields.title;
    this.detail = fields.detail;
    this.wayOut = fields.wayOut;
    this.problems = fields.problems;
    this.requestId = fields.requestId;
    this.retryAfter = retryAfter;
  }
}

/** Something answered that is no Sallyport, or not one that this client understands. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly status: number;
  readonly url: string;
  /** Where it points to, if it does. */
  readonly location: string | undefined;

  constructor({ status, headers, url }: Response, asked: string) {
    super(`${asked} answered ${status}, but not as Sallyport does`);
    this.status = status;
    this.url = url || asked;
    this.location = headers.get('location') ?? undefined;
  }
}

/** No answer came: there is no way, nobody listens, or the time was up. The cause says which. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';

  constructor(url: string, cause: unknown) {
    super(`cannot reach ${url}`, { cause });
  }
}

export interface ProblemFields {
  title: string;
  code: string;
  detail: string;
  wayOut: string | undefined;
  problems: readonly FieldProblem[];
  requestId: string | undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (!isRecord(one)) return [];
    const [field, rule] = [textOf(one.field), textOf(one.rule)];
    return field === undefined || rule === undefined ? [] : [{ field, rule }];
  });
}

/** The problem details in a body, or undefined if it holds none. */
export function problemIn(body: unknown): ProblemFields | undefined {
  if (!isRecord(body)) return undefined;
  const [title, code] = [textOf(body.title), textOf(body.code)];
  if (title === undefined || code === undefined) return undefined;
  return {
    title,
    code,
    detail: textOf(body.detail) ?? title,
    wayOut: textOf(body.wayOut),
    problems: fieldProblems(body.problems),
    requestId: textOf(body.requestId),
  };
}

/** Seconds that a `Retry-After` header (RFC 9110 §10.2.3) asks for. */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}
