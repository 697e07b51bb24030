// How many sessions and keys one core can check, beside a bare Hono route in the same run. Each
// route reads one row besides, so that what answers is no empty route.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../scripts/free-port.ts';
import type { SignedIn, StartedSignIn } from '../src/model/sign-in.ts';
import { apiOf, createTenant, operatorKey, type Plane } from '../test/contract/plane.ts';
import {
  type Contender,
  measure,
  pinned,
  printRates,
  readyMs,
  startBare,
  warmUp,
} from './contenders.ts';
import type { Sheet } from './figures.ts';

const goalPerSecond = 2000;

/** The code of the only mail in the outbox, once it is there. */
async function mailedCode(data: string): Promise<string> {
  const folder = join(data, 'outbox');
  const until = performance.now() + readyMs;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const name of readdirSync(data).includes('outbox') ? readdirSync(folder) : []) {
      const mail = name.endsWith('.eml') ? readFileSync(join(folder, name), 'utf8') : '';
      const code = /^(\d{4}) (\d{4})\r?$/m.exec(mail);
      if (code) return `${code[1]}${code[2]}`;
    }
  }
  throw new Error('no mail came');
}

async function signIn(plane: Plane, data: string): Promise<string> {
  const api = apiOf(plane);
  const asked = await api<StartedSignIn>('POST', '/v1/sign-in/mail', { email: 'a@example.com' });
  const code = await mailedCode(data);
  const { challengeId } = asked.body;
  const body = { challengeId, code, as: 'token' };
  const reply = await api<SignedIn>('POST', '/v1/sign-in/mail/verify', body);
  if (!reply.body.token) throw new Error(`not signed in: ${reply.status} ${reply.text}`);
  return reply.body.token;
}

/** The real program, asked with a session and with a key. */
async function startSallyport(data: string): Promise<Contender[]> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const script = ['exec "$0" "$@" 2>"$LOG"', process.execPath, 'src/runtimes/node.ts'];
  const server = pinned(['sh', '-c', ...script], {
    LOG: join(data, 'log'),
    SALLYPORT_DATA: data,
    SALLYPORT_LISTEN: `127.0.0.1:${port}`,
    SALLYPORT_OPERATOR_KEY: operatorKey,
    SALLYPORT_SIGN_UP: 'open',
    SALLYPORT_RATE_LIMITS: 'off',
  });
  await server.waitFor(/Sallyport is ready/, readyMs);
  const plane: Plane = { request: (path, init) => fetch(origin + path, init) };
  const tenant = await createTenant(plane);
  const cookie = `__Host-sallyport=${await signIn(plane, data)}`;
  return [
    {
      name: 'session and one read',
      url: `${origin}/v1/me/passkeys`,
      headers: ['-H', `cookie=${cookie}`],
      server,
      rates: [],
    },
    {
      name: 'key and one read',
      url: origin + tenant.path('/groups'),
      headers: ['-H', `authorization=Bearer ${tenant.key}`],
      server,
      rates: [],
    },
  ];
}

export async function sessionCheck(sheet: Sheet): Promise<void> {
  sheet.title('session-check: requests of people and of keys on one core');
  const data = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const contenders: Contender[] = [];
  try {
    contenders.push(...(await startSallyport(data)));
    contenders.push(await startBare('baseline: bare Hono, 204', 'bench/programs/bare-hono.ts'));
    await warmUp(contenders);
    await measure(contenders);
    const [session = 0, key = 0, bare = 0] = printRates(sheet, contenders);
    const share = (rate: number) => `${Math.round((rate / bare) * 100)} % of bare Hono`;
    sheet.goal('at least 2,000 sessions/s', session >= goalPerSecond, share(session));
    sheet.goal('at least 2,000 keys/s', key >= goalPerSecond, share(key));
  } finally {
    await Promise.all(
      [...new Set(contenders.map(({ server }) => server))].map((one) => one.stop()),
    );
    rmSync(data, { recursive: true, force: true });
  }
}
