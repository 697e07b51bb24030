// Says what a schema found wrong, field by field, in words that lead to the fix.

import type { z } from 'zod';
import { type FieldProblem, SallyportError } from './errors.ts';

type Issue = z.core.$ZodIssue;

function fieldOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(whole)' : path.map(String).join('.');
}

function ruleOf(issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
    return `is required (${issue.expected})`;
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'too_small')
    return `must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`;
  if (issue.code === 'too_big')
    return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
  return issue.message;
}

// Our own messages start with a verb; zod's start with "Invalid" or "Too".
const ownMessage = /^(must|has|is) /;

function problemsOfIssue(issue: Issue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key]),
      rule: 'is not a known field; check its spelling or leave it out',
    }));
  const rule = ownMessage.test(issue.message) ? issue.message : ruleOf(issue);
  return [{ field: fieldOf(issue.path), rule }];
}

/** Every problem that a schema found. */
export function problemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap(problemsOfIssue);
}

/**
 * The parsed value.
 * @param what names the input in the message, such as "The request body"
 * @throws SallyportError `invalid_input` with every problem
 */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, what: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = problemsOf(result.error);
  const fields = problems.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  throw new SallyportError('invalid_input', `${what} is not valid: ${fields}.`, {
    problems,
    wayOut: 'Correct the named fields and send it again.',
  });
}
