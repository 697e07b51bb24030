// DER (X.690): writing what we sign, and reading what others signed.

import { fromUtf8, toUtf8 } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function concat(parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest & 255);
  return [0x80 | octets.length, ...octets];
}

/** A value with its tag and length. */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Bytes {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return concat([new Uint8Array([tag, ...lengthOctets(length)]), ...contents]);
}

export const sequence = (...items: Uint8Array[]): Bytes => tlv(tags.sequence, ...items);
export const set = (...items: Uint8Array[]): Bytes => tlv(tags.set, ...items);

/** A constructed value with a context-specific tag. */
export const explicit = (number: number, ...items: Uint8Array[]): Bytes =>
  tlv(0xa0 | number, ...items);
/** Primitive contents under a context-specific tag. */
export const implicit = (number: number, contents: Uint8Array): Bytes =>
  tlv(0x80 | number, contents);

/** A non-negative integer from its bytes, the most significant first. */
export function integer(value: Uint8Array | number): Bytes {
  const bytes = typeof value === 'number' ? bytesOf(value) : value;
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const trimmed = bytes.subarray(start);
  // A leading one would make it negative.
  const sign = (trimmed[0] ?? 0) & 0x80 ? [new Uint8Array(1)] : [];
  return tlv(tags.integer, ...sign, trimmed);
}

function bytesOf(value: number): Uint8Array {
  const octets: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return new Uint8Array(octets.length === 0 ? [0] : octets);
}

export function oid(text: string): Bytes {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const group = [arc & 127];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      group.unshift(0x80 | (left & 127));
    octets.push(...group);
  }
  return tlv(tags.oid, new Uint8Array(octets));
}

export const boolean = (value: boolean): Bytes =>
  tlv(tags.boolean, new Uint8Array([value ? 0xff : 0]));
export const octetString = (contents: Uint8Array): Bytes => tlv(tags.octetString, contents);
export const bitString = (contents: Uint8Array, unusedBits = 0): Bytes =>
  tlv(tags.bitString, new Uint8Array([unusedBits]), contents);
export const nothing: Bytes = tlv(tags.null);
export const utf8String = (text: string): Bytes => tlv(tags.utf8String, toUtf8(text));
/** @param text ASCII */
export const ia5String = (text: string): Bytes => tlv(tags.ia5String, toUtf8(text));

/** RFC 5280 §4.1.2.5: two digits of the year until 2049, four from then on. */
export function time(at: number): Bytes {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  const isShort = digits < '2050' && digits >= '1950';
  return tlv(
    isShort ? tags.utcTime : tags.generalizedTime,
    toUtf8(isShort ? digits.slice(2) : digits),
  );
}

/** Of a certificate's validity, in Unix milliseconds. */
export function readTime(value: Value | undefined): number {
  const digits = fromUtf8(value?.contents ?? new Uint8Array()) ?? '';
  const isShort = value?.tag === tags.utcTime;
  const year = isShort ? `${digits < '50' ? '20' : '19'}${digits}` : digits;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(year);
  if (!parts) throw malformed();
  const [, y, month, day, hour, minute, second] = parts;
  return Date.parse(`${y}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** A value that was read: its tag, what is in it, and all of it. */
export interface Value {
  tag: number;
  contents: Bytes;
  whole: Bytes;
}

function malformed(): SallyportError {
  return new SallyportError('invalid_input', 'This is not well-formed DER.', {
    wayOut: 'Send what the program that made it wrote, unchanged.',
  });
}

function readLength(bytes: Bytes, at: number): [length: number, next: number] {
  const first = bytes[at];
  if (first === undefined) throw malformed();
  if (first < 0x80) return [first, at + 1];
  const count = first & 0x7f;
  if (count === 0 || count > 3 || at + count >= bytes.length) throw malformed();
  let length = 0;
  for (let i = 1; i <= count; i++) length = length * 256 + (bytes[at + i] ?? 0);
  return [length, at + 1 + count];
}

/**
 * The values that stand one after another in the bytes.
 * @throws SallyportError `invalid_input`
 */
export function readAll(bytes: Bytes): Value[] {
  const values: Value[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    const [length, start] = readLength(bytes, at + 1);
    const end = start + length;
    if (end > bytes.length || (tag & 0x1f) === 0x1f) throw malformed();
    values.push({ tag, contents: bytes.slice(start, end), whole: bytes.slice(at, end) });
    at = end;
  }
  return values;
}

/** The one value of a tag that the bytes are, and nothing behind it. */
export function readOne(bytes: Bytes, tag: number): Value {
  const [value, ...rest] = readAll(bytes);
  if (value?.tag !== tag || rest.length > 0) throw malformed();
  return value;
}

/** The values in a constructed one; `count` of them at least. */
export function children(value: Value | undefined, count: number): Value[] {
  if (!value || (value.tag & 0x20) === 0) throw malformed();
  const values = readAll(value.contents);
  if (values.length < count) throw malformed();
  return values;
}

export function readOid(value: Value | undefined): string {
  if (value?.tag !== tags.oid) throw malformed();
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of value.contents) {
    arc = arc * 128 + (octet & 127);
    if (octet & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join('.');
}

/** The octets of a bit string that has no unused bits. */
export function readBitString(value: Value | undefined): Bytes {
  if (value?.tag !== tags.bitString || value.contents[0] !== 0) throw malformed();
  return value.contents.slice(1);
}
