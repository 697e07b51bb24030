// Loading and doing: what a page waits for, and what came of it.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem } from '../client/client.ts';

export interface Loaded<T> {
  value: T | undefined;
  fault: unknown;
  reload(): void;
}

/** Asks when the page opens, and again when one of `keys` changes or somebody calls `reload`. */
export function useLoaded<T>(ask: () => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const [state, set] = useState<{ value?: T; fault?: unknown }>({});
  const turn = useRef(0);
  const run = useCallback(() => {
    const mine = ++turn.current;
    ask().then(
      (value) => mine === turn.current && set({ value }),
      (fault: unknown) => mine === turn.current && set((old) => ({ ...old, fault })),
    );
  }, keys as unknown[]);
  useEffect(run, [run]);
  return { value: state.value, fault: state.fault, reload: run };
}

export interface Action {
  busy: boolean;
  fault: unknown;
  /** Does it, unless it is being done. */
  run(work: () => Promise<unknown>): void;
}

export function useAction(): Action {
  const [state, set] = useState<{ busy: boolean; fault?: unknown }>({ busy: false });
  const busy = useRef(false);
  const run = (work: () => Promise<unknown>): void => {
    if (busy.current) return;
    busy.current = true;
    set({ busy: true });
    work()
      .then(
        () => set({ busy: false }),
        (fault: unknown) => set({ busy: false, fault }),
      )
      .finally(() => {
        busy.current = false;
      });
  };
  return { busy: state.busy, fault: state.fault, run };
}

/** Whether the fault is that nobody is signed in any more. */
export function isSignedOut(fault: unknown): boolean {
  return fault instanceof ApiProblem && fault.code === 'unauthenticated';
}
