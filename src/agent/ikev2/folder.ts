// Our files in swanctl's folder, beside the owner's own. They stay when the agent ends: charon
// starts with the machine, and loads them by itself.

import type { Ikev2Section } from '../../model/ikev2.ts';
import { renderSwanctl, swanctlPrefix } from '../../render/server/swanctl.ts';
import type { Machine } from '../machine.ts';
import { pemOf } from './openssl.ts';

const own = `${swanctlPrefix}.pem`;

function authorityFile(id: string): string {
  return `${swanctlPrefix}-${id}.pem`;
}

export interface FolderFile {
  path: string;
  text: string;
  mode: number;
}

/** The files of a section. Throws if it cannot be rendered. */
export function filesOf(
  directory: string,
  section: Ikev2Section,
  gateway: { privateKey: string; certificate: string },
  passwords: ReadonlyMap<string, string>,
): FolderFile[] {
  const { authorities } = section;
  const conf = renderSwanctl({
    section,
    certificateFile: own,
    authorityFiles: authorities.map(({ id }) => authorityFile(id)),
    passwords,
  });
  return [
    ...authorities.map(({ id, certificate }) => ({
      path: `${directory}/x509ca/${authorityFile(id)}`,
      text: pemOf(certificate),
      mode: 0o644,
    })),
    { path: `${directory}/private/${own}`, text: gateway.privateKey, mode: 0o600 },
    { path: `${directory}/x509/${own}`, text: pemOf(gateway.certificate), mode: 0o644 },
    { path: `${directory}/conf.d/${swanctlPrefix}.conf`, text: conf, mode: 0o600 },
  ];
}

export function revocationsFile(directory: string, authorityId: string): string {
  return `${directory}/x509crl/${authorityFile(authorityId)}`;
}

/** Writes those that are not there as they shall be. Gives whether there were any. */
export function writeFiles({ host }: Machine, files: readonly FolderFile[]): boolean {
  const wrong = files.filter(({ path, text }) => host.readText(path) !== text);
  for (const { path, text, mode } of wrong) host.writeAtomic(path, text, mode);
  return wrong.length > 0;
}

export function removeAuthority({ host, swanctlDirectory }: Machine, id: string): void {
  host.remove(`${swanctlDirectory}/x509ca/${authorityFile(id)}`);
  host.remove(revocationsFile(swanctlDirectory, id));
}

/** Removes everything of ours but what belongs to authorities. */
export function removeFiles({ host, swanctlDirectory }: Machine): void {
  host.remove(`${swanctlDirectory}/conf.d/${swanctlPrefix}.conf`);
  host.remove(`${swanctlDirectory}/x509/${own}`);
  host.remove(`${swanctlDirectory}/private/${own}`);
}
