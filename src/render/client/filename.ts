// File names of profiles. WireGuard's programs take the name of the tunnel from them.

import { slugFrom } from '../../model/text.ts';

/** What wg-quick(8) and the apps accept as the name of a tunnel; Linux interfaces end at 15. */
const mostOfTunnel = 15;
/** Short enough for every file system with whatever is put before and behind it. */
const mostOfProfile = 60;
const fallback = 'sallyport';

// Names of devices on Windows, whatever their ending, and of settings for all interfaces on Linux.
const reserved = /^(con|prn|aux|nul|com\d|lpt\d|all|default)(\.|$)/i;

function tidyEnds(text: string, most: number): string {
  return text.slice(0, most).replace(/^[-.]+|[-.]+$/g, '');
}

function plainName(name: string, most: number): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^a-zA-Z0-9_=+.-]+/g, '-')
    .replace(/^[-.]+/, '');
  const tidy = tidyEnds(plain, most);
  return tidyEnds(reserved.test(tidy) ? `vpn-${tidy}` : tidy, most) || fallback;
}

function fileNames(
  names: readonly string[],
  most: number,
  extension: string,
  existing: readonly string[],
): string[] {
  const taken = new Set(existing.map((filename) => filename.toLowerCase()));
  return names.map((name) => {
    const plain = plainName(name, most);
    let filename = `${plain}.${extension}`;
    for (let count = 2; taken.has(filename.toLowerCase()); count++) {
      const ending = `-${count}`;
      filename = `${tidyEnds(plain, most - ending.length)}${ending}.${extension}`;
    }
    taken.add(filename.toLowerCase());
    return filename;
  });
}

/** A file name that every system and every WireGuard program accepts, made from any name. */
export function wireguardFilename(name: string): string {
  return `${plainName(name, mostOfTunnel)}.conf`;
}

/**
 * File names for several names at once, in their order and all different, also where the file
 * system takes upper and lower case for the same.
 * @param existing file names that are taken already
 */
export function wireguardFilenames(
  names: readonly string[],
  existing: readonly string[] = [],
): string[] {
  return fileNames(names, mostOfTunnel, 'conf', existing);
}

/** File names of profiles that name no tunnel, likewise. */
export function profileFilenames(names: readonly string[], extension: string): string[] {
  return fileNames(names, mostOfProfile, extension, []);
}

/**
 * Names of connections and interfaces on Linux, of letters, digits and hyphens, all different.
 * @param most characters that one may have
 */
export function connectionNames(names: readonly string[], most = mostOfProfile): string[] {
  const slugs = names.map((name) => slugFrom(name) ?? fallback);
  return fileNames(slugs, most, '', []).map((name) => name.slice(0, -1));
}
