/**
 * Randomness as an argument: 32 random bytes go in once, and everything that has to be unpredictable is derived
 * from them by name. The same bytes give the same decision, so that it can be tested and replayed.
 */
import { createHmac } from 'node:crypto';

export type Entropy = Uint8Array;

/** Bytes that an `Entropy` must have. */
export const ENTROPY_BYTES = 32;

/** 32 bytes for one purpose. */
export function derive(entropy: Entropy, purpose: string): Buffer {
  return createHmac('sha256', entropy).update(purpose).digest();
}

/** Lower-case hex, `length` characters (at most 64). */
export function deriveToken(entropy: Entropy, purpose: string, length = 16): string {
  return derive(entropy, purpose).toString('hex').slice(0, length);
}

/**
 * Whole numbers below 2^48, ten from each block of SHA-512: a block costs far more than its length. A remainder by at
 * most 2^40 has a bias below 2^-8 of one step.
 */
export function deriveNumbers(entropy: Entropy, purpose: string, count: number): number[] {
  const numbers: number[] = [];
  for (let block = 0; numbers.length < count; block += 1) {
    const bytes = createHmac('sha512', entropy).update(`${purpose}-${block}`).digest();
    for (let at = 0; at + 6 <= bytes.length && numbers.length < count; at += 6) numbers.push(bytes.readUIntBE(at, 6));
  }
  return numbers;
}
