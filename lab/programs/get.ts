// Prints what is at an address; for as long as its patience lasts, tries again until it is there.

import { setTimeout as delay } from 'node:timers/promises';

const retryEveryMs = 25;
const answerTimeoutMs = 5000;

async function get(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs) });
  const text = await response.text();
  if (!response.ok) throw new Error(`status ${response.status}: ${text}`);
  return text;
}

const [url, patienceMs = '0'] = process.argv.slice(2);
if (url === undefined) throw new Error('get.ts URL [PATIENCE_MS]');
const giveUpAt = performance.now() + Number(patienceMs);
for (;;) {
  try {
    process.stdout.write(await get(url));
    break;
  } catch (error) {
    if (performance.now() >= giveUpAt) throw error;
    await delay(retryEveryMs);
  }
}
