// The messages of VICI, charon's control socket, as bytes: strongSwan's src/libcharon/plugins/vici.
// Whatever is not exactly as it says there is an error.

import { fromUtf8, toUtf8 } from '../model/encoding.ts';
import { agentLimits } from './limits.ts';

export type ViciValue = string | string[] | ViciSection;
export interface ViciSection {
  [key: string]: ViciValue;
}

/** Types of packets that both sides send, and whether a name follows. */
const packetTypes = {
  request: { code: 0, named: true },
  response: { code: 1, named: false },
  unknownCommand: { code: 2, named: false },
  register: { code: 3, named: true },
  unregister: { code: 4, named: true },
  confirmed: { code: 5, named: false },
  unknownEvent: { code: 6, named: false },
  event: { code: 7, named: true },
} as const;
export type PacketType = keyof typeof packetTypes;

export interface Packet {
  type: PacketType;
  /** Of the command or event; empty for types without. */
  name: string;
  body: ViciSection;
}

const element = {
  sectionStart: 1,
  sectionEnd: 2,
  keyValue: 3,
  listStart: 4,
  listItem: 5,
  listEnd: 6,
} as const;

export class ViciError extends Error {}

function nameBytes(name: string): number[] {
  const bytes = toUtf8(name);
  if (bytes.length === 0 || bytes.length > 255) throw new ViciError('a name is too long, or empty');
  return [bytes.length, ...bytes];
}

function valueBytes(value: string): number[] {
  const bytes = toUtf8(value);
  if (bytes.length > 0xffff) throw new ViciError('a value is too long');
  return [bytes.length >> 8, bytes.length & 255, ...bytes];
}

function writeSection(section: ViciSection, into: number[]): void {
  for (const [key, value] of Object.entries(section)) {
    const name = nameBytes(key);
    if (typeof value === 'string') into.push(element.keyValue, ...name, ...valueBytes(value));
    else if (Array.isArray(value)) {
      into.push(element.listStart, ...name);
      for (const item of value) into.push(element.listItem, ...valueBytes(item));
      into.push(element.listEnd);
    } else {
      into.push(element.sectionStart, ...name);
      writeSection(value, into);
      into.push(element.sectionEnd);
    }
  }
}

/** A packet with its length in front, as it goes over the socket. */
export function encodePacket({ type, name, body }: Packet): Uint8Array<ArrayBuffer> {
  const { code, named } = packetTypes[type];
  const bytes = [0, 0, 0, 0, code, ...(named ? nameBytes(name) : [])];
  writeSection(body, bytes);
  const length = bytes.length - 4;
  if (length > agentLimits.viciPacketBytes) throw new ViciError('a packet is too long');
  const packet = new Uint8Array(bytes);
  new DataView(packet.buffer).setUint32(0, length);
  return packet;
}

/** Reads bytes in order and never past their end. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new ViciError('a packet ends too early');
    return byte;
  }

  #text(length: number): string {
    if (this.#at + length > this.#bytes.length) throw new ViciError('a packet ends too early');
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    // Some values are DER. None of those is one that we read, so it need not be true to its bytes.
    return fromUtf8(part) ?? Array.from(part, (byte) => String.fromCharCode(byte)).join('');
  }

  name(): string {
    return this.#text(this.byte());
  }

  value(): string {
    return this.#text((this.byte() << 8) | this.byte());
  }
}

function readList(cursor: Cursor): string[] {
  const items: string[] = [];
  for (let code = cursor.byte(); code !== element.listEnd; code = cursor.byte()) {
    if (code !== element.listItem) throw new ViciError('a list holds what is no item');
    items.push(cursor.value());
  }
  return items;
}

function readSection(cursor: Cursor, depth: number): ViciSection {
  if (depth > agentLimits.viciDepth) throw new ViciError('sections are too deep');
  const entries: [string, ViciValue][] = [];
  while (depth > 0 || !cursor.atEnd) {
    const code = cursor.byte();
    if (code === element.sectionEnd && depth > 0) break;
    if (code === element.keyValue) entries.push([cursor.name(), cursor.value()]);
    else if (code === element.listStart) entries.push([cursor.name(), readList(cursor)]);
    else if (code === element.sectionStart)
      entries.push([cursor.name(), readSection(cursor, depth + 1)]);
    else throw new ViciError(`there is no element ${code} here`);
  }
  return Object.fromEntries(entries);
}

function isType(text: string): text is PacketType {
  return Object.hasOwn(packetTypes, text);
}

/** Reads a packet without its length. Throws ViciError. */
export function decodePacket(bytes: Uint8Array): Packet {
  const cursor = new Cursor(bytes);
  const code = cursor.byte();
  const type = Object.keys(packetTypes)
    .filter(isType)
    .find((each) => packetTypes[each].code === code);
  if (type === undefined) throw new ViciError(`there is no packet type ${code}`);
  const name = packetTypes[type].named ? cursor.name() : '';
  return { type, name, body: readSection(cursor, 0) };
}

/** Makes packets out of a stream's bytes, however they are cut. */
export class PacketReader {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next packet, or undefined as long as it is not whole. Throws ViciError. */
  next(): Packet | undefined {
    if (this.#bytes < 4) return undefined;
    const head = this.#joined();
    const length = new DataView(head.buffer, head.byteOffset, 4).getUint32(0);
    if (length > agentLimits.viciPacketBytes) throw new ViciError('a packet is too long');
    if (head.length < 4 + length) return undefined;
    const rest = head.subarray(4 + length);
    this.#chunks = [rest];
    this.#bytes = rest.length;
    return decodePacket(head.subarray(4, 4 + length));
  }

  #joined(): Uint8Array {
    const [only] = this.#chunks;
    if (only && this.#chunks.length === 1) return only;
    const all = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [all];
    return all;
  }
}
