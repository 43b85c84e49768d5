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

/** A whole number from 0 to `below` - 1. `below` is at most 2^40, so that the bias stays below 2^-8 of one step. */
export function deriveNumber(entropy: Entropy, purpose: string, below: number): number {
  return derive(entropy, purpose).readUIntBE(0, 6) % below;
}

/** Crockford's base 32: no I, L, O, U, so that it survives being read out. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const REFERENCE_LENGTH = 10;

/** The short reference of an intake record, such as `7KQ2M9XF4T`: 50 bits, unique by a constraint in the store. */
export function intakeReference(entropy: Entropy): string {
  const bytes = derive(entropy, 'reference');
  let reference = '';
  for (let index = 0; index < REFERENCE_LENGTH; index += 1) reference += ALPHABET[(bytes[index] ?? 0) & 31];
  return reference;
}

/** What a person typed as a reference, in the form that is stored: case, spaces and look-alike letters forgiven. */
export function normalizeReference(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replace(/O/g, '0');
}
