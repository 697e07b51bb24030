// A fake charon: speaks VICI to whoever opens its socket, holds sessions, can die or hang. It is
// loaded as swanctl does it, from a disk.

import type { Chunk } from '../../src/agent/host.ts';
import {
  encodePacket,
  type Packet,
  PacketReader,
  type PacketType,
  type ViciSection,
} from '../../src/agent/vici.ts';

type Disk = ReadonlyMap<string, { text: string }>;

interface FakeSession {
  id: string;
  /** The number of its CHILD_SA. */
  child: string;
  connection: string;
  identity: string;
  addresses: string[];
  received: number;
  sent: number;
  /** Seconds since a packet came in. */
  idle?: number;
}

function childOf({ child, received, sent, idle }: FakeSession): ViciSection {
  const use = idle === undefined ? {} : { 'use-in': `${idle}` };
  return { uniqueid: child, 'bytes-in': `${received}`, 'bytes-out': `${sent}`, ...use };
}

function sectionOf(session: FakeSession): ViciSection {
  const { id, identity, addresses, child } = session;
  return {
    uniqueid: id,
    'remote-id': identity,
    'remote-vips': addresses,
    'child-sas': { [`net-${child}`]: childOf(session) },
  };
}

/** One connection to the fake charon, from the agent's side. */
export class FakeVici {
  readonly #charon: FakeCharon;
  readonly #reader = new PacketReader();
  readonly #chunks: Uint8Array[] = [];
  readonly #events = new Set<string>();
  #closed: string | undefined;
  /** Called when there is something for the agent. */
  onArrival: () => void = () => undefined;

  constructor(charon: FakeCharon) {
    this.#charon = charon;
    if (!charon.running) this.#closed = 'connect ECONNREFUSED';
    else if (charon.hung && charon.queue-- <= 0) this.#closed = 'connect EAGAIN /charon.vici';
  }

  /** Whether it only waits for events, so that time passes without it. */
  get listens(): boolean {
    return this.#events.has('ike-updown') && !this.#charon.hung;
  }

  send(bytes: Uint8Array): void {
    this.#reader.push(bytes);
    for (let packet = this.#reader.next(); packet; packet = this.#reader.next())
      if (!this.#charon.hung && this.#closed === undefined) this.#answer(packet);
  }

  take(): Chunk | undefined {
    const bytes = this.#chunks.shift();
    if (bytes) return { kind: 'bytes', bytes };
    return this.#closed === undefined ? undefined : { kind: 'closed', reason: this.#closed };
  }

  event(name: string, body: ViciSection): void {
    if (this.#events.has(name)) this.#reply('event', body, name);
  }

  cut(reason: string): void {
    this.#closed ??= reason;
    this.onArrival();
  }

  #reply(type: PacketType, body: ViciSection, name = ''): void {
    // In pieces, as a socket may give them.
    const bytes = encodePacket({ type, name, body });
    this.#chunks.push(bytes.subarray(0, 3), bytes.subarray(3));
    this.onArrival();
  }

  #answer({ type, name, body }: Packet): void {
    if (type === 'register') {
      this.#events.add(name);
      this.#reply('confirmed', {});
      return;
    }
    this.#charon.asked.push(name);
    if (name === 'list-sas')
      for (const session of this.#charon.sessions.values())
        this.event('list-sa', { [session.connection]: sectionOf(session) });
    if (name === 'list-conns')
      for (const connection of this.#charon.connectionNames)
        this.event('list-conn', { [connection]: {} });
    const answers: Record<string, ViciSection> = {
      stats: { uptime: { since: this.#charon.since }, plugins: ['vici', ...this.#charon.plugins] },
      version: { daemon: 'charon-systemd', version: '5.9.8' },
      'list-sas': {},
      'list-conns': {},
      'flush-certs': { success: 'yes' },
      terminate: { success: 'yes' },
    };
    if (name === 'terminate') this.#charon.end(`${body['ike-id']}`);
    if (name === 'flush-certs') this.#charon.judged = this.#charon.lists;
    const answer = answers[name];
    this.#reply(answer ? 'response' : 'unknownCommand', answer ?? {});
  }
}

export class FakeCharon {
  running = true;
  hung = false;
  /** How many more may connect while it hangs, before the kernel turns them away. */
  queue = 4;
  plugins: string[] = [];
  starts = 1;
  readonly sessions = new Map<string, FakeSession>();
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  /** The file of connections that is loaded, and connections of others. */
  connections: string | undefined;
  others: string[] = [];
  /** Whether it starts, as the disk is. */
  starting = (_disk: Disk): boolean => true;
  /** The lists of revoked certificates that are loaded, and those that logins are judged by. */
  lists: string[] = [];
  judged: string[] = [];
  #next = 1;
  readonly #lines: FakeVici[] = [];

  get connectionNames(): string[] {
    const ours = this.connections?.match(/^\tsallyport-[a-z]+(?= {)/gm) ?? [];
    return [...ours.map((name) => name.trim()), ...this.others];
  }

  get since(): string {
    return `Nov 22 00:00:0${this.starts} 2026`;
  }

  open(): FakeVici {
    const line = new FakeVici(this);
    this.#lines.push(line);
    return line;
  }

  /** A device comes in. Gives the number of its session. */
  connect(identity: string, addresses: string[], connection = 'sallyport-pubkey'): string {
    const id = `${this.#next++}`;
    const session = { id, child: id, connection, identity, addresses, received: 0, sent: 0 };
    this.sessions.set(id, session);
    this.#say('ike-updown', { up: 'yes', [connection]: sectionOf(session) });
    return id;
  }

  end(id: string): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    this.#say('ike-updown', { [session.connection]: sectionOf(session) });
  }

  /** The session gets another number. Gives it. */
  rekey(id: string): string {
    const session = this.sessions.get(id);
    if (!session) throw new Error(`there is no session ${id}`);
    this.sessions.delete(id);
    const next = { ...session, id: `${this.#next++}` };
    this.sessions.set(next.id, next);
    const pair = { old: sectionOf(session), new: sectionOf(next) };
    this.#say('ike-rekey', { [session.connection]: pair });
    return next.id;
  }

  /** Its CHILD_SA is replaced by one that counts from zero. */
  rekeyChild(id: string): void {
    const session = this.sessions.get(id);
    if (!session) throw new Error(`there is no session ${id}`);
    const next = { ...session, child: `${this.#next++}`, received: 0, sent: 0 };
    this.sessions.set(id, next);
    const pair = { old: childOf(session), new: childOf(next) };
    const body = { ...sectionOf(session), 'child-sas': { net: pair } };
    this.#say('child-rekey', { [session.connection]: body });
  }

  die(): void {
    this.running = false;
    this.hung = false;
    this.queue = 4;
    this.sessions.clear();
    this.connections = undefined;
    this.lists = [];
    this.judged = [];
    for (const line of this.#lines.splice(0)) line.cut('cut off');
  }

  /** Gives whether it came up. */
  restart(disk: Disk): boolean {
    this.die();
    this.running = this.starting(disk);
    if (this.running) this.starts++;
    return this.running;
  }

  /** `swanctl --load-…`; gives what is wrong. */
  load(what: string, disk: Disk): string | undefined {
    if (!this.running) return 'connecting to charon failed';
    const under = (folder: string) =>
      [...disk]
        .filter(([path]) => path.includes(`/swanctl/${folder}/`))
        .map(([, { text }]) => text);
    if (what === '--load-creds') this.lists = under('x509crl');
    if (what === '--load-conns') {
      const [conf] = under('conf.d');
      if (conf && under('x509').length === 0) return 'loading certificate failed';
      this.connections = conf;
    }
    return undefined;
  }

  #say(name: string, body: ViciSection): void {
    for (const line of this.#lines) line.event(name, body);
  }
}
