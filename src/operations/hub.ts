// Knows each gateway's newest revision, so that an idle watch touches no database. It carries
// revision numbers, never state: what it forgets or loses costs delay, nothing else, because every
// report of an agent tells it the truth again.

/** What the hub remembers of a gateway, so that its agent can be let in without the database. */
export interface Note {
  /** The newest revision of its document. */
  revision: number;
  /** Its Ed25519 public key, in base64url. */
  identityKey: string;
}

export interface GatewayName {
  tenantId: string;
  gatewayId: string;
}

export interface Hub {
  /** What it remembers of a gateway, if anything. */
  recall(name: GatewayName): Promise<Note | undefined>;
  /** Tells it what the database says of a gateway. A revision never goes back. */
  remember(name: GatewayName, note: Note): Promise<void>;
  /**
   * Says that the documents of these gateways have reached a revision, and wakes who waits. Never
   * rejects: what is written stays written when nobody can be told, and the next report heals it.
   */
  publish(tenantId: string, gatewayIds: readonly string[], revision: number): Promise<void>;
  /** Forgets a gateway and sends its waiters away. Never rejects, as `publish`. */
  forget(name: GatewayName): Promise<void>;
  /**
   * Waits until the gateway's revision is above `since`.
   * @param onHeld is given what ends the wait early, where that is of use
   * @returns false when the time is over, the wait is ended or the gateway is forgotten
   * @throws SallyportError `busy` when too many wait already
   */
  wait(
    name: GatewayName,
    since: number,
    milliseconds: number,
    onHeld?: (leave: () => void) => void,
  ): Promise<boolean>;
  /**
   * Opens a WebSocket that says each new revision of the gateway, where the runtime has them.
   * @throws SallyportError `busy` when the hub does not answer
   */
  socket?(name: GatewayName): Promise<Response>;
  /** How many wait now, where the hub is in this process. */
  waiting?(): number;
}

type Waiter = (woken: boolean) => void;

/** Those who wait for one gateway's next revision. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  get size(): number {
    return this.#waiting.size;
  }

  wake(woken: boolean): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of all) waiter(woken);
  }

  /** Waits to be woken; false when the time is over or the wait is ended. */
  add(milliseconds: number, onHeld?: (leave: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const finish: Waiter = (woken) => {
        clearTimeout(timer);
        this.#waiting.delete(finish);
        resolve(woken);
      };
      const leave = (): void => finish(false);
      const timer = setTimeout(leave, milliseconds);
      this.#waiting.add(finish);
      onHeld?.(leave);
    });
  }
}

interface Entry {
  revision: number;
  identityKey: string | undefined;
  waiters: Waiters;
}

/** The hub of one process. */
export function createHub(): Hub {
  const entries = new Map<string, Entry>();
  let waiting = 0;

  function raise(gatewayId: string, revision: number): Entry {
    const known = entries.get(gatewayId);
    const entry = known ?? { revision, identityKey: undefined, waiters: new Waiters() };
    if (!known) entries.set(gatewayId, entry);
    if (revision > entry.revision) {
      entry.revision = revision;
      entry.waiters.wake(true);
    }
    return entry;
  }

  return {
    async recall({ gatewayId }) {
      const { revision, identityKey } = entries.get(gatewayId) ?? {};
      return revision === undefined || identityKey === undefined
        ? undefined
        : { revision, identityKey };
    },
    async remember({ gatewayId }, { revision, identityKey }) {
      raise(gatewayId, revision).identityKey = identityKey;
    },
    async publish(_tenantId, gatewayIds, revision) {
      for (const gatewayId of gatewayIds) raise(gatewayId, revision);
    },
    async forget({ gatewayId }) {
      const entry = entries.get(gatewayId);
      entries.delete(gatewayId);
      entry?.waiters.wake(false);
    },
    async wait({ gatewayId }, since, milliseconds, onHeld) {
      const entry = entries.get(gatewayId);
      if (!entry) return false;
      if (entry.revision > since) return true;
      if (milliseconds <= 0) return false;
      waiting++;
      try {
        return await entry.waiters.add(milliseconds, onHeld);
      } finally {
        waiting--;
      }
    },
    waiting: () => waiting,
  };
}
