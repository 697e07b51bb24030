// The agent's only door to the machine and the network. Two hosts implement it: Node, and the
// native one, which has no timers, fetch or crypto of its own. Files and crypto are synchronous.

export interface ExecOptions {
  stdin?: string;
  timeoutMs: number;
  /** Most bytes of stdout and of stderr; a program that prints more is killed. */
  maxOutput: number;
}

export interface ExecResult {
  /** Exit code, or -1 if there was none. */
  code: number;
  stdout: string;
  stderr: string;
  /** Why it did not run to its own end. */
  fault?: 'missing' | 'timeout' | 'too_much_output' | 'killed';
}

export interface HttpRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** From the first byte sent to the last byte received. */
  timeoutMs: number;
  maxBytes: number;
}

export interface HttpReply {
  /** 0 if there was no whole answer; `error` says why. */
  status: number;
  headers: {
    date?: string;
    'retry-after'?: string;
    'sallyport-watch'?: string;
    'sallyport-report-after'?: string;
  };
  /** Empty if it was not UTF-8. */
  body: string;
  error?: string;
}

export interface SocketRequest {
  /** ws: or wss: */
  url: string;
  headers: Record<string, string>;
  /** Until it is open; it may stay open for as long as it likes. */
  timeoutMs: number;
  /** A longer message closes it, and is never held in memory. */
  maxMessageBytes: number;
}

export type Received =
  | { kind: 'message'; text: string }
  /** The time is over. */
  | { kind: 'nothing' }
  /** It is closed, or was never opened, and stays so. */
  | { kind: 'closed'; reason: string };

/** A WebSocket for text, read at the reader's own pace. */
export interface Socket {
  /** At most 125 bytes of UTF-8. Does nothing unless the socket is open. */
  send(text: string): void;
  /**
   * The next message, waiting for it up to so many milliseconds. When termination is asked for,
   * before or meanwhile, it is `closed` at once. Never rejects.
   */
  receive(milliseconds: number): Promise<Received>;
  close(): void;
}

export interface StreamRequest {
  /** Of a unix socket. */
  path: string;
  /** Until it is open; it may stay open for as long as it likes. */
  timeoutMs: number;
  /** Most bytes that `receive` gives at once. */
  maxBytes: number;
}

export type Chunk =
  | { kind: 'bytes'; bytes: Uint8Array }
  /** The time is over. */
  | { kind: 'nothing' }
  /** It is closed, or was never opened, and stays so. */
  | { kind: 'closed'; reason: string };

/** Bytes to and from another program, read at the reader's own pace. */
export interface ByteStream {
  /** Sends once the stream is open. Does nothing when it is closed. */
  send(bytes: Uint8Array): void;
  /** The next bytes, at least one; otherwise like `receive` of a `Socket`. */
  receive(milliseconds: number): Promise<Chunk>;
  close(): void;
}

export interface KeyPair {
  /** Ed25519 seed, 32 bytes. */
  privateKey: Uint8Array;
  publicKey: Uint8Array;
}

export interface Host {
  /** The text of a file, or undefined if there is none. Throws if it cannot be read. */
  readText(path: string): string | undefined;
  /** Writes beside, sets the mode, syncs, renames, syncs the directory: the old text or the new. */
  writeAtomic(path: string, text: string, mode: number): void;
  /** Appends and syncs; makes the file (0600) if there is none. A crash may tear the tail. */
  appendText(path: string, text: string): void;
  /** Removes a file; none is fine. */
  remove(path: string): void;
  /** Makes a directory and its parents; one that exists is fine. */
  makeDirectory(path: string, mode: number): void;

  /** Runs a program found by PATH, without a shell. Never rejects because of what it did. */
  exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult>;
  /** Follows no redirects. Never rejects because of the network. */
  http(request: HttpRequest): Promise<HttpReply>;
  /**
   * Begins to open a WebSocket (RFC 6455); `receive` tells how that went. Follows no redirects. A
   * host may be without.
   */
  connect?(request: SocketRequest): Socket;
  /** Begins to open a unix socket; `receive` tells how that went. A host may be without. */
  stream?(request: StreamRequest): ByteStream;

  generateKeyPair(): KeyPair;
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** SHA-256 of the text's UTF-8, in lower-case hex. */
  sha256(text: string): string;
  random(length: number): Uint8Array;

  /** Unix time in milliseconds. */
  now(): number;
  /** Waits; ends at once when termination is asked for, before or meanwhile. */
  sleep(milliseconds: number): Promise<void>;
  /** Called once when the process shall end. A request under way then ends with an error. */
  onTerminate(listener: () => void): void;
  /** One line for people and machines that watch: stderr. */
  log(line: string): void;
  /** The answer of a command: stdout. */
  print(text: string): void;
}
