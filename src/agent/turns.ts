// Taking turns: what several parts of the agent may do, but only one at a time, and what wakes who
// waits.

/** Runs works one after the other, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    // Whoever is next does not care how this one ends.
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/** Rings once for all who wait, also for who comes only after. */
export class Bell {
  #ring: () => void = () => undefined;
  #rung = this.#fresh();

  #fresh(): Promise<'rung'> {
    return new Promise((resolve) => {
      this.#ring = () => resolve('rung');
    });
  }

  ring(): void {
    this.#ring();
  }

  get rung(): Promise<'rung'> {
    return this.#rung;
  }

  /** Makes it ready to ring again. */
  reset(): void {
    this.#rung = this.#fresh();
  }
}
