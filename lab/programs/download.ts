// Downloads an address over one connection and prints what it measured as a line of JSON four
// times a second and at the end; never tries again.

const pauseMostMs = Number(process.argv[3] ?? 10_000);
const reportEveryMs = 250;

/** What a download has seen so far. */
interface Progress {
  done: boolean;
  bytes: number;
  ms: number;
  /** The longest time without a byte. */
  longestPauseMs: number;
}

async function download(url: string): Promise<void> {
  const begin = performance.now();
  const progress: Progress = { done: false, bytes: 0, ms: 0, longestPauseMs: 0 };
  const stalled = new AbortController();
  const watchdog = setTimeout(() => stalled.abort(new Error('no byte came')), pauseMostMs);
  const response = await fetch(url, { signal: stalled.signal });
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
  let last = performance.now();
  let reported = last;
  for await (const chunk of response.body) {
    const now = performance.now();
    watchdog.refresh();
    progress.bytes += chunk.byteLength;
    progress.longestPauseMs = Math.max(progress.longestPauseMs, Math.round(now - last));
    progress.ms = Math.round(now - begin);
    last = now;
    if (now - reported < reportEveryMs) continue;
    reported = now;
    console.log(JSON.stringify(progress));
  }
  clearTimeout(watchdog);
  console.log(JSON.stringify({ ...progress, done: true } satisfies Progress));
}

const url = process.argv[2];
if (url === undefined) throw new Error('download.ts URL [LONGEST_PAUSE_MS]');
await download(url);
