// OpenSSL, to hold our certificates to: it reads what we write, and writes what we read.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface OpenSsl {
  folder: string;
  /** Writes a file into the folder and gives its path. */
  put(name: string, contents: string | Uint8Array): string;
  /** Runs it there; gives what it said on both outputs, and whether it was content. */
  run(...argv: string[]): { ok: boolean; text: string };
}

export function openssl(): OpenSsl {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pki-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    put(name, contents) {
      const path = join(folder, name);
      writeFileSync(path, contents);
      return path;
    },
    run(...argv) {
      const { status, stdout, stderr } = spawnSync('openssl', argv, {
        cwd: folder,
        encoding: 'utf8',
      });
      return { ok: status === 0, text: stdout + stderr };
    },
  };
}
