// File names of profiles. WireGuard's programs take the name of the tunnel from them.

/** What wg-quick(8) and the apps accept as the name of a tunnel; Linux interfaces end at 15. */
const mostCharacters = 15;
const fallback = 'sallyport';

// Names of devices on Windows, whatever their ending, and of settings for all interfaces on Linux.
const reserved = /^(con|prn|aux|nul|com\d|lpt\d|all|default)(\.|$)/i;

function tidyEnds(text: string): string {
  return text.slice(0, mostCharacters).replace(/^[-.]+|[-.]+$/g, '');
}

function tunnelName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[^a-zA-Z0-9_=+.-]+/g, '-')
    .replace(/^[-.]+/, '');
  const tidy = tidyEnds(plain);
  return tidyEnds(reserved.test(tidy) ? `vpn-${tidy}` : tidy) || fallback;
}

/** A file name that every system and every WireGuard program accepts, made from any name. */
export function wireguardFilename(name: string): string {
  return `${tunnelName(name)}.conf`;
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
  const taken = new Set(existing.map((filename) => filename.toLowerCase()));
  return names.map((name) => {
    const tunnel = tunnelName(name);
    let filename = `${tunnel}.conf`;
    for (let count = 2; taken.has(filename.toLowerCase()); count++) {
      const ending = `-${count}`;
      filename = `${tidyEnds(tunnel.slice(0, mostCharacters - ending.length))}${ending}.conf`;
    }
    taken.add(filename.toLowerCase());
    return filename;
  });
}
