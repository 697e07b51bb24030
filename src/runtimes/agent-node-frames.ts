// The frames of WebSocket (RFC 6455 §5) as a client reads and writes them: short text both ways, no
// extensions. A reader of our own, because that of the platform holds a message before it can be
// found too long, and does not say why a connection was refused.

import crypto from 'node:crypto';

const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;
const controlBytesMost = 125;

/** The other side does not keep to the protocol, or to our bound. */
export class FrameError extends Error {}

export type Arrival =
  | { kind: 'message'; text: string }
  | { kind: 'ping'; payload: Buffer }
  | { kind: 'close'; reason: string };

interface Frame {
  opcode: number;
  final: boolean;
  payload: Buffer;
}

/** @throws RangeError if it is longer than a frame of 125 bytes can hold */
export function clientFrame(opcode: 'text' | 'close' | 'pong', payload: Uint8Array): Buffer {
  if (payload.length > controlBytesMost) throw new RangeError('too long for a frame');
  const mask = crypto.randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.of(0x80 | opcodes[opcode], 0x80 | payload.length), mask, masked]);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FrameError('it sends text that is not UTF-8');
  }
}

function closeReason(payload: Buffer): string {
  if (payload.length < 2) return 'closed without a reason';
  return `closed with ${payload.readUInt16BE()} ${payload.subarray(2)}`.trim();
}

export class FrameReader {
  readonly #messageBytesMost: number;
  #bytes = Buffer.alloc(0);
  /** The parts so far of a message in several frames. */
  #parts: Buffer[] | undefined;

  constructor(messageBytesMost: number) {
    this.#messageBytesMost = messageBytesMost;
  }

  push(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
  }

  /**
   * What the bytes so far bring next; undefined if more are needed.
   *
   * @throws FrameError on a broken or forbidden frame, or a message that is too long
   */
  next(): Arrival | undefined {
    for (let frame = this.#frame(); frame; frame = this.#frame()) {
      const { opcode, payload } = frame;
      if (opcode === opcodes.close) return { kind: 'close', reason: closeReason(payload) };
      if (opcode === opcodes.ping) return { kind: 'ping', payload };
      if (opcode === opcodes.pong) continue;
      const text = this.#joined(frame);
      if (text !== undefined) return { kind: 'message', text };
    }
    return undefined;
  }

  #joined({ opcode, final, payload }: Frame): string | undefined {
    if (opcode !== opcodes.text && opcode !== opcodes.continuation)
      throw new FrameError('it sends what is not text');
    if ((opcode === opcodes.continuation) !== (this.#parts !== undefined))
      throw new FrameError('it mixes up the parts of messages');
    const parts = [...(this.#parts ?? []), payload];
    this.#parts = final ? undefined : [Buffer.concat(parts)];
    return final ? decode(Buffer.concat(parts)) : undefined;
  }

  #frame(): Frame | undefined {
    const [first, second] = this.#bytes;
    if (first === undefined || second === undefined) return undefined;
    const opcode = first & 0x0f;
    const final = (first & 0x80) !== 0;
    if ((first & 0x70) !== 0 || (second & 0x80) !== 0)
      throw new FrameError('it sends a frame that no server sends');
    if (opcode >= opcodes.close && (!final || second > controlBytesMost))
      throw new FrameError('it sends a control frame that is too long');
    const head = { 126: 4, 127: 10 }[second] ?? 2;
    if (this.#bytes.length < head) return undefined;
    const length = this.#length(second);
    const before = this.#parts?.[0]?.length ?? 0;
    if (opcode < opcodes.close && before + length > this.#messageBytesMost)
      throw new FrameError('it sends a message that is too long');
    if (this.#bytes.length < head + length) return undefined;
    const payload = this.#bytes.subarray(head, head + length);
    this.#bytes = this.#bytes.subarray(head + length);
    return { opcode, final, payload };
  }

  #length(second: number): number {
    if (second === 126) return this.#bytes.readUInt16BE(2);
    return second === 127 ? Number(this.#bytes.readBigUInt64BE(2)) : second;
  }
}
