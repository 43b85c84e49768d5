import { describe, expect, it } from 'vitest';
import {
  derive,
  deriveNumbers,
  deriveToken,
  ENTROPY_BYTES,
  intakeReference,
  normalizeReference,
} from '../../src/tickets/entropy.ts';

const entropy = (seed: string) => Buffer.alloc(ENTROPY_BYTES, seed);

describe('what is derived from entropy', () => {
  it('is the same for the same bytes and purpose, and nothing else', () => {
    expect(derive(entropy('a'), 'x')).toEqual(derive(entropy('a'), 'x'));
    expect(derive(entropy('a'), 'x')).not.toEqual(derive(entropy('b'), 'x'));
    expect(derive(entropy('a'), 'x')).not.toEqual(derive(entropy('a'), 'y'));
  });

  it('is as many different whole numbers below 2^48 as are asked for', () => {
    for (const count of [1, 5, 12, 100]) {
      const numbers = deriveNumbers(entropy('a'), 'x', count);
      expect(new Set(numbers).size).toBe(count);
      for (const number of numbers) expect(Number.isSafeInteger(number) && number >= 0 && number < 2 ** 48).toBe(true);
    }
  });

  it('is a token that may stand in a Message-ID', () => {
    expect(deriveToken(entropy('a'), 'x')).toMatch(/^[0-9a-f]{16}$/);
    expect(deriveToken(entropy('a'), 'x', 40)).toHaveLength(40);
  });
});

describe('an intake reference', () => {
  it('is ten characters that survive being read out', () => {
    const seen = new Set<string>();
    for (let index = 0; index < 300; index += 1) seen.add(intakeReference(entropy(`${index}.`)));
    expect(seen.size).toBe(300);
    for (const reference of seen) {
      expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
      expect(normalizeReference(reference)).toBe(reference);
    }
  });

  it.each([
    ['7kq2m-9xf4t', '7KQ2M9XF4T'],
    [' 7KQ2M 9XF4T ', '7KQ2M9XF4T'],
    ['o1Il000000', '0111000000'],
    ['(ref 9BT6ENHXFF)', '9BT6ENHXFF'],
    ['ref 9bt6enhxff', '9BT6ENHXFF'],
    ['REF: 9BT6ENHXFF.', '9BT6ENHXFF'],
    ['REF9BT6ENH', 'REF9BT6ENH'],
    ['ref9b t6enh', 'REF9BT6ENH'],
  ])('is found as typed: %j', (typed, reference) => {
    expect(normalizeReference(typed)).toBe(reference);
  });
});
