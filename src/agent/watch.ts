// Hearing of news over a WebSocket, where the control plane offers one. It carries revision numbers
// only; what it loses, a question over plain HTTP finds a little later.

import { z } from 'zod';
import { Alarm, about, backoff } from './alarm.ts';
import type { Host, Socket } from './host.ts';
import { agentLimits } from './limits.ts';
import { logEvent } from './log.ts';

const noticeSchema = z.strictObject({ revision: z.int().min(1) });

export type News =
  /** There is a revision above the one asked about. */
  | { kind: 'newer' }
  | { kind: 'nothing' }
  /** The socket is gone. */
  | { kind: 'lost'; reason: string };

interface Line {
  socket: Socket;
  /** Whether anything was heard yet. */
  open: boolean;
}

/** The revision that a message names, or undefined if it is no notice. */
function revisionIn(message: string): number | undefined {
  try {
    return noticeSchema.safeParse(JSON.parse(message)).data?.revision;
  } catch {
    return undefined;
  }
}

export class Watch {
  readonly #host: Host;
  readonly #connect: () => Socket | undefined;
  #line: Line | undefined;
  #failures = 0;
  readonly #retry: Alarm;
  readonly #ping: Alarm;
  /** By when the other side must have said something, while that is awaited. */
  readonly #answer: Alarm;
  #awaiting = false;

  /** `connect` begins to open a socket; undefined where there are none. */
  constructor(host: Host, connect: () => Socket | undefined) {
    this.#host = host;
    this.#connect = connect;
    this.#retry = new Alarm(host);
    this.#ping = new Alarm(host);
    this.#answer = new Alarm(host);
  }

  /** Whether notices arrive, as far as one can know, so that nobody needs to wait for an answer. */
  get open(): boolean {
    return this.#line?.open ?? false;
  }

  /** Whether a socket was begun and has not spoken yet. */
  get opening(): boolean {
    return this.#line?.open === false;
  }

  /** To be told, after each answer, whether the control plane has sockets. */
  offered(offer: boolean): void {
    if (!offer && this.#line) this.#lose('it is no longer offered');
    if (!offer || this.#line || this.#retry.left() > 0) return;
    const socket = this.#connect();
    if (!socket) return;
    this.#line = { socket, open: false };
    this.#await();
  }

  /** Waits, at most so many milliseconds, for a revision above `since`. */
  async wait(since: number, milliseconds: number): Promise<News> {
    if (!this.#line) return { kind: 'nothing' };
    const end = new Alarm(this.#host);
    end.set(milliseconds);
    for (let heard = 0; heard < agentLimits.socketMessagesPerWait; ) {
      const quiet = this.#awaiting ? this.#answer.left() : this.#ping.left();
      const next = await this.#line.socket.receive(Math.min(end.left(), quiet));
      if (next.kind === 'closed') return this.#lose(next.reason);
      if (next.kind === 'nothing') {
        if (this.#awaiting && this.#answer.left() === 0) return this.#lose('it does not answer');
        if (!this.#awaiting && this.#ping.left() === 0) this.#sendPing(this.#line.socket);
        if (end.left() === 0) return { kind: 'nothing' };
        continue;
      }
      heard++;
      const revision = next.text === 'pong' ? 0 : revisionIn(next.text);
      if (revision === undefined) return this.#lose('it says what is no notice');
      this.#alive(this.#line, next.text === 'pong');
      if (revision > since) return { kind: 'newer' };
    }
    return this.#lose('it says too much');
  }

  #await(): void {
    this.#awaiting = true;
    this.#answer.set(agentLimits.socketAnswerMilliseconds);
  }

  #sendPing(socket: Socket): void {
    socket.send('ping');
    this.#await();
  }

  #alive(line: Line, pong: boolean): void {
    if (!line.open) logEvent(this.#host, 'socket.open');
    line.open = true;
    this.#awaiting = false;
    this.#ping.set(about(this.#host, agentLimits.socketPingMilliseconds));
    // Only now it has lasted: one that opens and breaks at once must not be opened all the time.
    if (pong) this.#failures = 0;
  }

  #lose(reason: string): News {
    this.#line?.socket.close();
    this.#line = undefined;
    const { socketBackoffFirstMilliseconds, socketBackoffMostMilliseconds } = agentLimits;
    this.#retry.set(
      backoff(
        this.#host,
        ++this.#failures,
        socketBackoffFirstMilliseconds,
        socketBackoffMostMilliseconds,
      ),
    );
    return { kind: 'lost', reason };
  }
}
