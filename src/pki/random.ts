// Random bytes, drawn many at a time: to draw takes longer than most that is made of them.

import type { RandomBytes } from '../model/ids.ts';

const drawnBytes = 1024;

export function createRandom(): RandomBytes {
  let left = new Uint8Array(0);
  return (length) => {
    if (length > left.length)
      left = crypto.getRandomValues(new Uint8Array(Math.max(length, drawnBytes)));
    const given = left.slice(0, length);
    // Nobody is given the same bytes again.
    left.fill(0, 0, length);
    left = left.subarray(length);
    return given;
  };
}
