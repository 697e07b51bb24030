// Holds an answer to the published page, as a stranger's tool would.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Described, OpenApi, Reply } from '../api/document.ts';
import type { CredentialKind } from './plan.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

const requestId = /^r_[0-9a-hjkmnp-tv-z]{16}$/;
/** What only the inside knows. */
const inside = /SQLITE|constraint failed|drizzle|\n\s+at |node:internal|\/src\//i;

function mediaTypeOf(headers: Headers): string | undefined {
  return headers.get('content-type')?.split(';')[0]?.trim();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export class Judge {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: OpenApi) {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, 'page');
  }

  #validator({ operationId }: Described, { status, schema }: Reply): ValidateFunction {
    const key = `${operationId} ${status}`;
    const text = JSON.stringify(schema ?? {}).replaceAll('"#/', '"page#/');
    const made = this.#validators.get(key) ?? this.#ajv.compile(JSON.parse(text));
    this.#validators.set(key, made);
    return made;
  }

  /** Everything in which the answer differs from what the page promises. */
  faults(one: Described, credential: CredentialKind, answer: Answer): string[] {
    const { status, headers, text } = answer;
    const id = headers.get('x-request-id') ?? '';
    const faults = requestId.test(id) ? [] : [`x-request-id is "${id}"`];
    const reply = one.replies.find((documented) => documented.status === status);
    if (!reply) return [...faults, `status ${status} is not documented`];
    const type = mediaTypeOf(headers);
    if (type !== reply.mediaType)
      faults.push(`content-type is ${type}, documented is ${reply.mediaType}`);
    if (reply.mediaType === undefined && text !== '') faults.push('there is a body');
    const isLines = reply.mediaType === 'application/jsonl';
    const bodies = isLines ? text.split('\n').filter((line) => line !== '') : [text];
    if (/json/.test(reply.mediaType ?? ''))
      for (const body of bodies) faults.push(...this.#body(one, reply, parse(body)));
    if (reply.codes) faults.push(...this.#problem(reply, id, parse(text)));
    if (status < 300) faults.push(...this.#permission(one, credential));
    if (status >= 400 && inside.test(text)) faults.push('the answer shows our inside');
    return faults;
  }

  #body(one: Described, reply: Reply, body: unknown): string[] {
    const validate = this.#validator(one, reply);
    if (validate(body)) return [];
    return [`the body is not valid: ${this.#ajv.errorsText(validate.errors)}`];
  }

  #problem({ status, codes = [] }: Reply, id: string, body: unknown): string[] {
    const problem = (body ?? {}) as Record<string, unknown>;
    const code = String(problem.code);
    return [
      ...(codes.includes(code) ? [] : [`code ${code} is not documented for ${status}`]),
      ...(status < 500 || code === 'busy' ? [] : [`${status} ${code} is a fault of ours`]),
      ...(problem.type === `/problems/${code}` ? [] : [`type is ${problem.type}`]),
      ...(problem.status === status ? [] : [`status in the body is ${problem.status}`]),
      ...(problem.requestId === id ? [] : [`requestId is ${problem.requestId}, not ${id}`]),
    ];
  }

  #permission({ operation }: Described, credential: CredentialKind): string[] {
    const callers = operation['x-callers'];
    // An account is a user in the tenants that it made, and has a role there.
    const asUser = credential === 'account' && callers.includes('owner');
    if (asUser || callers.includes('anyone') || callers.includes(credential)) return [];
    return [`a caller with credential "${credential}" may not do this`];
  }
}
