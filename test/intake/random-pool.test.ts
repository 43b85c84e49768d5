import { describe, expect, it } from 'vitest';
import { randomPool } from '../../src/intake/random-pool.ts';

/** Counts from 0 on, so that each byte tells where it comes from. */
function counting() {
  let next = 0;
  let fills = 0;
  const fill = (bytes: Uint8Array) => {
    fills += 1;
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = next++ & 255;
  };
  return { fill, fills: () => fills };
}

describe('a pool of randomness', () => {
  it('hands out each byte once and asks the system for many at a time', () => {
    const source = counting();
    const take = randomPool(source.fill);
    const drawn = Array.from({ length: 256 }, () => take(32));
    expect(Buffer.concat(drawn)).toEqual(Buffer.from(Array.from({ length: 8192 }, (_, at) => at & 255)));
    expect(source.fills()).toBe(2);
  });

  it('fills anew where less is left than is asked for', () => {
    const take = randomPool(counting().fill);
    take(4000);
    expect(take(200)).toHaveLength(200);
  });

  it('gives each caller memory of its own', () => {
    const take = randomPool(counting().fill);
    const first = take(4);
    take(4).fill(255);
    expect([...first]).toEqual([0, 1, 2, 3]);
    expect(first.buffer.byteLength).toBe(4);
  });

  it('refuses more than it holds', () => {
    expect(() => randomPool()(4097)).toThrow(RangeError);
  });

  it('gives other bytes each time from the generator of the system', () => {
    const take = randomPool();
    expect(Buffer.from(take(32)).equals(Buffer.from(take(32)))).toBe(false);
  });
});
