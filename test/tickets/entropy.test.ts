import { describe, expect, it } from 'vitest';
import { derive, deriveNumbers, deriveToken, ENTROPY_BYTES } from '../../src/tickets/entropy.ts';

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
