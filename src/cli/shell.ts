// What the command line needs of the process around it, so that tests can stand in for it.

export interface Shell {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  /** Width of the terminal in columns; undefined when nobody looks, as in a pipe. */
  columns: number | undefined;
  out(text: string): void;
  err(text: string): void;
  /** Asks the person for one line; undefined when there is nobody to ask. */
  ask(question: string): Promise<string | undefined>;
}
