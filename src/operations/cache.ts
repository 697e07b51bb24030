// A bounded cache with a lifetime. The oldest entry goes when it is full.

export interface Cache<T> {
  get(key: string): T | undefined;
  set(key: string, value: T, expiresAt: number): void;
  delete(key: string): void;
  clear(): void;
}

/**
 * @param most entries kept
 * @param now Unix time in milliseconds, as are the times of expiry
 */
export function createCache<T>(most: number, now: () => number): Cache<T> {
  const entries = new Map<string, { value: T; expiresAt: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry && entry.expiresAt > now()) return entry.value;
      if (entry) entries.delete(key);
      return undefined;
    },
    set(key, value, expiresAt) {
      entries.delete(key);
      entries.set(key, { value, expiresAt });
      const [oldest] = entries.keys();
      if (entries.size > most && oldest !== undefined) entries.delete(oldest);
    },
    delete(key) {
      entries.delete(key);
    },
    clear() {
      entries.clear();
    },
  };
}
