/**
 * Randomness for mails, drawn for many of them at once: each call to the system's generator costs more than all that a
 * mail needs of it. What was handed out is not kept.
 */
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;

/** At most 4096 bytes at a time, each time a block of memory of its own. `fill` is another only in tests. */
export function randomPool(fill: (bytes: Uint8Array) => void = randomFillSync): (count: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (count) => {
    if (count > POOL_BYTES) throw new RangeError(`at most ${POOL_BYTES} random bytes at a time`);
    if (used + count > POOL_BYTES) {
      fill(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + count);
    pool.fill(0, used, used + count);
    used += count;
    return bytes;
  };
}
