import { describe, expect, it } from 'vitest';
import { normalizeReference, referenceNumber, writeReference } from '../../src/tickets/intake-reference.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const ZERO = new Uint8Array(2);
const HIGH = new Uint8Array([255, 255]);

/** References at these times, one after the other. */
function sequence(times: readonly number[], random: (index: number) => Uint8Array): string[] {
  let last = 0;
  return times.map((time, index) => {
    last = referenceNumber(last, time, random(index));
    return writeReference(last);
  });
}

describe('an intake reference', () => {
  it('is ten characters that survive being read out', () => {
    const times = Array.from({ length: 300 }, (_, index) => NOW + index * 7);
    const seen = sequence(times, () => ZERO);
    expect(new Set(seen).size).toBe(300);
    for (const reference of seen) {
      expect(reference).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
      expect(normalizeReference(reference)).toBe(reference);
    }
  });

  it.each([
    ['time goes on', [0, 1, 1000, 86_400_000]],
    ['many come in one millisecond', [0, 0, 0, 0]],
    ['the clock goes back', [0, -5000, -4999, 1]],
  ])('stands behind all that came before it when %s', (_, times) => {
    const made = sequence(
      times.map((time) => NOW + time),
      (index) => (index % 2 === 0 ? HIGH : ZERO),
    );
    expect(made).toEqual([...new Set(made)].sort());
  });

  it.each([
    ['today', NOW],
    ['where the clock says 1970', 5000],
  ])('differs between two starts at the same millisecond by what is random, %s', (_, time) => {
    const random = (index: number) => new Uint8Array([index >> 8, index & 255]);
    const made = Array.from({ length: 1024 }, (_, index) => referenceNumber(0, time, random(index)));
    expect(new Set(made).size).toBe(1024);
  });

  it.each([
    [0, '0000000000'],
    [31, '000000000Z'],
    [32, '0000000010'],
    [2 ** 50 - 1, 'ZZZZZZZZZZ'],
    [2 ** 50, '0000000000'],
  ])('%d is written %s', (number, reference) => {
    expect(writeReference(number)).toBe(reference);
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
