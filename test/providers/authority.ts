// A certificate authority for one test run, and certificates of it: made by openssl, kept in a
// temporary directory, gone with it.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  key: string;
  cert: string;
  keyPath: string;
  certPath: string;
}

export interface Authority {
  pem: string;
  path: string;
  /** A server's certificate. @param names such as `DNS:localhost` and `IP:127.0.0.1` */
  issue(...names: readonly string[]): Certificate;
  remove(): void;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes an authority that nobody trusts yet. */
export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-authority-'));
  const openssl = (...argv: readonly string[]) =>
    execFileSync('openssl', argv, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...'-days 1 -subj /CN=test -keyout ca.key -out ca.pem'.split(' '),
  );
  let count = 0;
  return {
    pem: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    path: join(folder, 'ca.pem'),
    issue(...names) {
      const name = `server-${++count}`;
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names.join(',')}\n`);
      openssl(
        'req',
        ...newKey,
        '-subj',
        '/CN=server',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
      );
      openssl(
        ...[
          'x509',
          '-req',
          '-in',
          `${name}.csr`,
          '-CA',
          'ca.pem',
          '-CAkey',
          'ca.key',
          '-days',
          '1',
        ],
        ...['-CAcreateserial', '-extfile', `${name}.ext`, '-out', `${name}.pem`],
      );
      const [keyPath, certPath] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
      return {
        key: readFileSync(keyPath, 'utf8'),
        cert: readFileSync(certPath, 'utf8'),
        keyPath,
        certPath,
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
