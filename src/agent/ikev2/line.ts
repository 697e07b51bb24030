// A connection to charon's socket, over which packets go.

import type { ByteStream, Host } from '../host.ts';
import { agentLimits } from '../limits.ts';
import { encodePacket, type Packet, PacketReader, ViciError, type ViciSection } from '../vici.ts';

/** Charon cannot be asked, or answers what it should not. */
export class CharonError extends Error {
  /** Whether it is there and does not answer. */
  readonly hung: boolean;

  constructor(message: string, hung = false) {
    super(message);
    this.hung = hung;
  }
}

function silence(): CharonError {
  return new CharonError('charon does not answer', true);
}

/** The kernel turns away who connects while the queue of one that hangs is full. */
function closedError(path: string, reason: string): CharonError {
  if (/\bEAGAIN\b|^timeout$/.test(reason)) return silence();
  return new CharonError(`${path}: ${reason}`);
}

/** One connection. Everything that goes wrong is a CharonError. */
export class Line {
  readonly #stream: ByteStream;
  readonly #reader = new PacketReader();
  readonly #path: string;

  constructor(host: Host, path: string) {
    const request = { path, timeoutMs: agentLimits.viciMilliseconds };
    const stream = host.stream?.({ ...request, maxBytes: agentLimits.viciPacketBytes + 4 });
    if (!stream) throw new CharonError('this agent cannot open unix sockets');
    this.#stream = stream;
    this.#path = path;
  }

  send(packet: Packet): void {
    this.#stream.send(encodePacket(packet));
  }

  /** The next packet; undefined when none came in time. */
  async receive(milliseconds: number): Promise<Packet | undefined> {
    try {
      for (;;) {
        const packet = this.#reader.next();
        if (packet) return packet;
        const chunk = await this.#stream.receive(milliseconds);
        if (chunk.kind === 'nothing') return undefined;
        if (chunk.kind === 'closed') throw closedError(this.#path, chunk.reason);
        this.#reader.push(chunk.bytes);
      }
    } catch (error) {
      if (error instanceof ViciError) throw new CharonError(`${this.#path}: ${error.message}`);
      throw error;
    }
  }

  async expect(type: Packet['type'], events: ViciSection[] = []): Promise<ViciSection> {
    for (let packets = 0; packets < agentLimits.viciPacketsPerAnswer; packets++) {
      const packet = await this.receive(agentLimits.viciMilliseconds);
      if (!packet) throw silence();
      if (packet.type === type) return packet.body;
      if (packet.type !== 'event') throw new CharonError(`charon answers with ${packet.type}`);
      events.push(packet.body);
    }
    throw new CharonError('charon says too much');
  }

  close(): void {
    this.#stream.close();
  }
}
