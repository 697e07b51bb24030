// A real browser before a real control plane, whose mails wait in its outbox.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { onTestFinished, vi } from 'vitest';
import type { Plane } from '../contract/plane.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { freePort, startServer } from '../server.ts';

const executablePath = '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
const phone = { width: 390, height: 800 };

export async function launch(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath, headless: true, args });
  onTestFinished(() => browser.close());
  return browser;
}

export interface Person {
  page: Page;
  context: BrowserContext;
  /** What the browser complained about, besides answers that are no. */
  faults: string[];
}

export interface PortalWorld {
  origin: string;
  /** The same control plane, for what people do not do in a browser. */
  plane: Plane;
  /** Somebody with a phone of their own. @param options in which their browser differs */
  person(options?: BrowserContextOptions): Promise<Person>;
  /** What the pattern finds in the newest mail to an address that has it, of so many. */
  mailTo(address: string, pattern: RegExp, count?: number): Promise<string>;
}

/** Quoted-printable as our mails have it (RFC 2045 §6.7), and the text part alone. */
function textOf(message: string): string {
  const [, part = ''] = /content-type: text\/plain[\s\S]*?\n\n([\s\S]*?)\n--/i.exec(message) ?? [];
  const bytes = part
    .replaceAll(/=\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function readOutbox(folder: string, address: string): string[] {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .map((name) => join(folder, name));
  return paths
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs)
    .map((path) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n'))
    .filter((message) => message.includes(`To: ${address}`));
}

/** @param environment settings beyond the usual */
export async function createPortal(environment: Record<string, string> = {}): Promise<PortalWorld> {
  execFileSync(process.execPath, ['scripts/assets.ts'], { stdio: 'ignore' });
  const data = temporaryDirectory();
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const settings = { SALLYPORT_PUBLIC_URL: origin, SALLYPORT_SIGN_UP: 'open', ...environment };
  const plane = await startServer({ data, port, environment: settings });
  const browser = await launch();
  return {
    origin,
    plane,
    async person(options = {}) {
      const context = await browser.newContext({ viewport: phone, ...options });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        const isRefusal = message.text().startsWith('Failed to load resource');
        if (message.type() === 'error' && !isRefusal) faults.push(message.text());
      });
      return { page, context, faults };
    },
    mailTo: (address, pattern, count = 1) =>
      vi.waitFor(
        () => {
          const found = readOutbox(join(data, 'outbox'), address)
            .map((message) => pattern.exec(textOf(message))?.[0])
            .filter((text) => text !== undefined);
          const newest = found.at(-1);
          if (newest !== undefined && found.length >= count) return newest;
          throw new Error(`there are ${found.length} such mails to ${address}`);
        },
        { timeout: 20_000, interval: 50 },
      ),
  };
}

export const codePattern = /\b\d{4} \d{4}\b/;

/** Asks for a code and types it in: the `count`th one for this address. */
export async function signInByMail(
  world: PortalWorld,
  page: Page,
  address: string,
  count = 1,
): Promise<void> {
  await page.goto(`${world.origin}/portal/`);
  await page.getByLabel('E-mail address').fill(address);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  const field = page.getByLabel('Code', { exact: true });
  await field.waitFor();
  await field.fill(await world.mailTo(address, codePattern, count));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function makeTenant(page: Page, name: string): Promise<void> {
  await page.getByText('Make a tenant').click();
  await page.getByLabel('Name of your organisation').fill(name);
  await page.getByRole('button', { name: 'Make the tenant' }).click();
  await page.getByRole('heading', { name }).waitFor();
}

/** Gives the browser a device with a passkey that says yes by itself. */
export async function addAuthenticator({ context, page }: Person): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
