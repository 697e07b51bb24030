// From the schemas of an OpenAPI page to types of TypeScript: as much of JSON Schema as zod writes.

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

interface Operation {
  operationId: string;
  summary: string;
  deprecated?: boolean;
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}

interface Page {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; parameters?: Record<string, Parameter> };
}

const identifier = /^[A-Za-z_$][\w$]*$/;

function comment(text: string | undefined, indent: string): string {
  return text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '* /')} */\n`;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ') || 'never';
}

function objectType({ properties = {}, required = [], ...schema }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, one]) => {
    const key = identifier.test(name) ? name : JSON.stringify(name);
    // Whoever has `undefined` at hand may give it: JSON leaves it out.
    const [mark, rest] = required.includes(name) ? ['', ''] : ['?', ' | undefined'];
    const line = `${inner}${key}${mark}: ${typeOf(one, inner)}${rest};\n`;
    return comment(one.description, inner) + line;
  });
  if (fields.length > 0) return `{\n${fields.join('')}${indent}}`;
  const more = schema.additionalProperties;
  if (more === false) return 'Record<string, never>';
  return `Record<string, ${typeof more === 'object' ? typeOf(more, indent) : 'unknown'}>`;
}

const plainTypes: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown';
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return union(choices.map((one) => typeOf(one, indent)));
  if (schema.allOf) return schema.allOf.map((one) => `(${typeOf(one, indent)})`).join(' & ');
  if (Array.isArray(schema.type))
    return union(schema.type.map((type) => typeOf({ ...schema, type }, indent)));
  if (schema.type === 'array') return `Array<${typeOf(schema.items ?? {}, indent)}>`;
  if (schema.type === 'object') return objectType(schema, indent);
  return plainTypes[schema.type ?? ''] ?? 'unknown';
}

/** Whether `{}` is enough. */
function isOptional(schema: Schema, page: Page): boolean {
  const name = schema.$ref?.split('/').at(-1);
  const real = name === undefined ? schema : page.components.schemas[name];
  return real?.type === 'object' && (real.required ?? []).length === 0;
}

function parametersOf({ parameters = [] }: Operation, page: Page): Parameter[] {
  return parameters.flatMap((one) => {
    if (!('$ref' in one)) return [one];
    const shared = page.components.parameters?.[one.$ref.split('/').at(-1) ?? ''];
    return shared ? [shared] : [];
  });
}

function parametersType(parameters: Parameter[], where: string): Schema | undefined {
  const these = parameters.filter((one) => one.in === where);
  if (these.length === 0) return undefined;
  return {
    type: 'object',
    properties: Object.fromEntries(these.map(({ name, schema }) => [name, schema])),
    required: these.filter(({ required }) => required).map(({ name }) => name),
  };
}

/** `Idempotency-Key` is the option idempotencyKey. */
function headerOptions(parameters: Parameter[]): string[] {
  return parameters
    .filter((one) => one.in === 'header')
    .map(({ name }) => name.toLowerCase().replaceAll(/-(\w)/g, (_, letter) => letter.toUpperCase()))
    .map((option) => `    ${option}?: string | undefined;\n`);
}

function replyType({ responses }: Operation): string {
  const types = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => {
      const [one] = Object.entries(content ?? {});
      if (!one) return 'undefined';
      const [mediaType, { schema }] = one;
      // Lines of JSON are for the caller to take apart, and may be too many to hold.
      return mediaType === 'application/json' ? typeOf(schema, '    ') : 'string';
    });
  return union(types);
}

function printOperation(operation: Operation, page: Page): string {
  const parameters = parametersOf(operation, page);
  const parts = {
    params: parametersType(parameters, 'path'),
    query: parametersType(parameters, 'query'),
    body: operation.requestBody?.content['application/json']?.schema,
  };
  const lines = Object.entries(parts).flatMap(([name, schema]) => {
    if (!schema) return [];
    const mark = isOptional(schema, page) ? '?' : '';
    return [`    ${name}${mark}: ${typeOf(schema, '    ')}${mark ? ' | undefined' : ''};\n`];
  });
  lines.push(...headerOptions(parameters));
  const about = operation.deprecated ? `@deprecated ${operation.summary}` : operation.summary;
  return (
    comment(about, '  ') +
    `  '${operation.operationId}': {\n${lines.join('')}    reply: ${replyType(operation)};\n  };\n`
  );
}

/** A module with a type for each name, for each operation what it takes and gives, and its path. */
export function printOperations(document: object): string {
  const page = document as Page;
  const types = Object.entries(page.components.schemas).map(
    ([name, schema]) =>
      `${comment(schema.description, '')}export type ${name} = ${typeOf(schema, '')};\n`,
  );
  const all = Object.entries(page.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const table = all.map(
    ({ path, method, operation: { operationId } }) =>
      `  '${operationId}': ['${method.toUpperCase()}', '${path}'],\n`,
  );
  const operations = all.map(({ operation }) => printOperation(operation, page));
  return [
    '// Written by scripts/client.ts; do not edit.\n',
    ...types,
    `export interface Operations {\n${operations.join('')}}\n`,
    '/** Method and path of each operation. */\n' +
      `export const operations = {\n${table.join('')}} as const;\n`,
  ].join('\n');
}
