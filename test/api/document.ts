// The published page of the API as tests read it: what a stranger could know of each operation.

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  examples?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
}

interface Content {
  content?: Record<string, { schema: JsonSchema; example?: unknown }>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: JsonSchema;
}

export interface Operation {
  operationId: string;
  security: object[];
  'x-permission': string;
  'x-callers': string[];
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content & { 'x-codes'?: string[] }>;
}

export interface OpenApi {
  openapi: string;
  info: { description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

export interface Reply {
  status: number;
  mediaType: string | undefined;
  schema: JsonSchema | undefined;
  /** Of the problem that it is, if it is one. */
  codes: readonly string[] | undefined;
}

export interface Described {
  operationId: string;
  method: string;
  path: string;
  operation: Operation;
  parameters: readonly Parameter[];
  body: JsonSchema | undefined;
  replies: Reply[];
}

/** Every operation, with its replies by status, success first. */
export function operationsOf({ paths }: OpenApi): Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operationId: operation.operationId,
      method: method.toUpperCase(),
      path,
      operation,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content?.['application/json']?.schema,
      replies: Object.entries(operation.responses).map(([status, { content, ...rest }]) => {
        const [mediaType, one] = Object.entries(content ?? {})[0] ?? [];
        return {
          status: Number(status),
          mediaType,
          schema: one?.schema,
          codes: rest['x-codes'],
        };
      }),
    })),
  );
}
