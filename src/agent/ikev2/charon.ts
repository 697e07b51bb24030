// Asking charon: one connection per question, and one that only listens.

import { z } from 'zod';
import type { Host } from '../host.ts';
import { agentLimits } from '../limits.ts';
import type { Packet, ViciSection } from '../vici.ts';
import { CharonError, Line } from './line.ts';

const number = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number);

const childSchema = z.object({
  uniqueid: z.string(),
  'bytes-in': number.default(0),
  'bytes-out': number.default(0),
  /** Seconds since a packet came in last. */
  'use-in': number.optional(),
});

const securityAssociationSchema = z.object({
  uniqueid: z.string().regex(/^\d+$/),
  'remote-id': z.string().default(''),
  'remote-eap-id': z.string().optional(),
  'remote-vips': z.array(z.string()).default([]),
  /** Of one that is being rekeyed, an event says both. */
  'child-sas': z
    .record(
      z.string(),
      z.union([childSchema, z.object({ old: childSchema }).transform(({ old }) => old)]),
    )
    .default({}),
});

export interface Child {
  uniqueId: string;
  receivedBytes: number;
  sentBytes: number;
  /** Seconds since it received last, or undefined if it never did. */
  idleSeconds: number | undefined;
}

/** A device's IKE_SA, as charon sees it. */
export interface Association {
  connection: string;
  uniqueId: string;
  /** What the device proved to be, as charon writes it. */
  identity: string;
  addresses: readonly string[];
  children: readonly Child[];
}

const associationSchema = securityAssociationSchema.transform((raw) => ({
  uniqueId: raw.uniqueid,
  identity: raw['remote-eap-id'] ?? raw['remote-id'],
  addresses: raw['remote-vips'],
  children: Object.values(raw['child-sas']).map((child) => ({
    uniqueId: child.uniqueid,
    receivedBytes: child['bytes-in'],
    sentBytes: child['bytes-out'],
    idleSeconds: child['use-in'],
  })),
}));

const statsSchema = z.object({
  uptime: z.object({ since: z.string() }),
  plugins: z.array(z.string()).default([]),
});
const versionSchema = z.object({ version: z.string() });
const outcomeSchema = z.object({ success: z.literal('yes'), errmsg: z.string().optional() });

export interface Happening {
  kind: 'up' | 'down' | 'rekeyed' | 'child';
  associations: Association[];
  /** The number that a rekeyed one had. */
  old?: string;
}

export type Heard =
  | { kind: 'events'; events: Happening[] }
  | { kind: 'nothing' }
  | { kind: 'closed'; reason: string };

/** The associations that a message names, by their connections. */
export function associationsIn(body: ViciSection): Association[] {
  return Object.entries(body).flatMap(([connection, section]) => {
    const parsed = associationSchema.safeParse(section);
    return parsed.success ? [{ connection, ...parsed.data }] : [];
  });
}

function rekeysIn(body: ViciSection): Happening[] {
  return Object.entries(body).flatMap(([connection, section]): Happening[] => {
    const pair = z.object({ old: z.object({ uniqueid: z.string() }), new: associationSchema });
    const { data } = pair.safeParse(section);
    if (!data) return [];
    const associations = [{ connection, ...data.new }];
    return [{ kind: 'rekeyed', old: data.old.uniqueid, associations }];
  });
}

function happeningsIn({ name, body }: Packet): Happening[] {
  if (name === 'ike-rekey') return rekeysIn(body);
  const associations = associationsIn(body);
  if (name !== 'ike-updown') return [{ kind: 'child', associations }];
  return [{ kind: body.up === 'yes' ? 'up' : 'down', associations }];
}

/** Events of charon, from when this was made. */
export class Listener {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  /** What happens next, waiting for it up to so many milliseconds. */
  async hear(milliseconds: number): Promise<Heard> {
    try {
      const packet = await this.#line.receive(milliseconds);
      if (!packet) return { kind: 'nothing' };
      return { kind: 'events', events: happeningsIn(packet) };
    } catch (error) {
      if (!(error instanceof CharonError)) throw error;
      return { kind: 'closed', reason: error.message };
    }
  }

  close(): void {
    this.#line.close();
  }
}

const events = ['ike-updown', 'ike-rekey', 'child-updown', 'child-rekey'];

export class Charon {
  readonly #host: Host;
  readonly #path: string;

  constructor(host: Host, path: string) {
    this.#host = host;
    this.#path = path;
  }

  /** When it was started, in its own words, and whether it does ESP by itself. */
  async stats(): Promise<{ since: string; doesEsp: boolean }> {
    const { uptime, plugins } = this.#parsed(statsSchema, await this.#ask('stats'));
    return { since: uptime.since, doesEsp: plugins.includes('kernel-libipsec') };
  }

  async version(): Promise<string> {
    return this.#parsed(versionSchema, await this.#ask('version')).version;
  }

  /** Every association there is, also of connections that are not ours. */
  async associations(): Promise<Association[]> {
    return (await this.#listed('list-sas', 'list-sa')).flatMap(associationsIn);
  }

  /** Whether nobody is connected or can connect, also by connections that are not ours. */
  async isIdle(): Promise<boolean> {
    const connections = await this.#listed('list-conns', 'list-conn');
    return connections.length === 0 && (await this.associations()).length === 0;
  }

  /** Ends an association at once, without waiting for the device. */
  async terminate(uniqueId: string): Promise<void> {
    const timeout = `${agentLimits.viciMilliseconds / 2}`;
    // One that is gone already is as good.
    await this.#ask('terminate', { 'ike-id': uniqueId, force: 'yes', timeout });
  }

  /** Forgets lists of revoked certificates, so that the next login is checked against the files. */
  async flushRevocations(): Promise<void> {
    this.#parsed(outcomeSchema, await this.#ask('flush-certs', { type: 'x509_crl' }));
  }

  listen(): Promise<Listener> {
    return this.#opened(async (line) => {
      for (const name of events) {
        line.send({ type: 'register', name, body: {} });
        await line.expect('confirmed');
      }
      return new Listener(line);
    });
  }

  #ask(name: string, body: ViciSection = {}): Promise<ViciSection> {
    return this.#with((line) => {
      line.send({ type: 'request', name, body });
      return line.expect('response');
    });
  }

  /** The answer to what charon answers by events. */
  #listed(name: string, event: string): Promise<ViciSection[]> {
    return this.#with(async (line) => {
      line.send({ type: 'register', name: event, body: {} });
      await line.expect('confirmed');
      line.send({ type: 'request', name, body: {} });
      const found: ViciSection[] = [];
      await line.expect('response', found);
      return found;
    });
  }

  #parsed<T>(schema: z.ZodType<T>, answer: ViciSection): T {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const said = typeof answer.errmsg === 'string' ? answer.errmsg : 'what it should not';
    throw new CharonError(`charon answers: ${said}`);
  }

  async #with<T>(work: (line: Line) => Promise<T>): Promise<T> {
    const line = new Line(this.#host, this.#path);
    try {
      return await work(line);
    } finally {
      line.close();
    }
  }

  async #opened<T>(work: (line: Line) => Promise<T>): Promise<T> {
    const line = new Line(this.#host, this.#path);
    try {
      return await work(line);
    } catch (error) {
      line.close();
      throw error;
    }
  }
}
