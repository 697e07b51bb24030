// Where in the portal one is: what stands behind the # of the address, which no server sees.

import { useEffect, useState } from 'preact/hooks';

/** The parts of the address, such as ['t', 't_…', 'devices']. */
export type Address = readonly string[];

function read(): Address {
  return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
}

export function useAddress(): Address {
  const [address, set] = useState(read);
  useEffect(() => {
    const follow = (): void => set(read());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return address;
}

export function hrefOf(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

export function go(...parts: string[]): void {
  location.hash = hrefOf(...parts);
}

/** Where to go on after signing in; kept for this tab alone. */
const returnKey = 'sallyport-return';

export function rememberPlace(): void {
  sessionStorage.setItem(returnKey, location.hash);
}

export function returnToPlace(): void {
  const place = sessionStorage.getItem(returnKey);
  sessionStorage.removeItem(returnKey);
  location.hash = place ?? '#/';
}
