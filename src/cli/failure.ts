// What goes wrong on the command line: a message, what to do about it, and the exit code.

export const exitCodes = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;

export class Failure extends Error {
  readonly exitCode: number;
  /** Lines below the message. One that begins with a space is a command, and never broken. */
  readonly notes: readonly string[];

  constructor(exitCode: number, message: string, notes: readonly string[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.notes = notes;
  }
}

/** The caller asked in a way that cannot work; nothing was sent. */
export function usage(message: string, ...notes: string[]): Failure {
  return new Failure(exitCodes.usage, message, notes);
}

/** The server, or this machine, could not do it. */
export function refused(message: string, notes: readonly string[], cause?: unknown): Failure {
  return new Failure(exitCodes.refused, message, notes, cause);
}

/** A message without keys and link tokens, which usage errors would otherwise repeat. */
export function redact(text: string): string {
  return text
    .replace(/\b(sp[ei]?_)[0-9a-z]{1,16}_[\w-]+/g, '$1…')
    .replace(/\b(sps_)\w+/g, '$1…')
    .replace(/(\/(?:l|setup|sign-in\/\w+)\/)[^\s'"]+/g, '$1…');
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
