// Where log lines go.

/** One line about a request, a job or a fault. Fields never hold a secret. */
export interface Log {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
