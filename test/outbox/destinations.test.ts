/** Limits of one recipient domain: who waits, until when, and that the average holds. */
import { describe, expect, it } from 'vitest';
import { type DestinationLimits, Destinations } from '../../src/outbox/destinations.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function destinations(limits: Partial<DestinationLimits>): Destinations {
  return new Destinations((domain) =>
    domain === 'limited.example'
      ? { concurrency: null, perMinute: null, ...limits }
      : { concurrency: null, perMinute: null },
  );
}

it('a destination without limits takes everything', () => {
  const all = destinations({ perMinute: 1 });
  for (let n = 0; n < 1000; n += 1) expect(all.admit('other.example', 0)).toEqual({ kind: 'go' });
});

describe('mails in a minute', () => {
  it('are evenly spread, and each that waits gets a time of its own', () => {
    const limited = destinations({ perMinute: 6 });
    expect(limited.admit('limited.example', 0)).toEqual({ kind: 'go' });
    expect([1, 2, 3].map(() => limited.admit('limited.example', 0))).toEqual([
      { kind: 'later', at: 10 * SECOND },
      { kind: 'later', at: 20 * SECOND },
      { kind: 'later', at: 30 * SECOND },
    ]);
    expect(limited.admit('limited.example', 10 * SECOND)).toEqual({ kind: 'go' });
  });

  it.each([1, 7, 60, 600])(
    '%i: a thousand mails take as long as they should, a little lateness included',
    (perMinute) => {
      const limited = destinations({ perMinute });
      const gone: number[] = [];
      let waiting = Array.from({ length: 1000 }, () => 0);
      let claims = 0;
      while (waiting.length > 0) {
        const next = Math.min(...waiting);
        // The worker looks a little after the time.
        const now = next + 3;
        const due = waiting.filter((at) => at <= now);
        waiting = waiting.filter((at) => at > now);
        for (const _ of due) {
          claims += 1;
          const admission = limited.admit('limited.example', now);
          if (admission.kind === 'go') gone.push(now);
          else waiting.push(admission.at);
        }
      }
      const whole = (999 / perMinute) * MINUTE;
      expect(gone.at(-1)).toBeGreaterThan(whole * 0.99);
      expect(gone.at(-1)).toBeLessThan(whole * 1.1 + SECOND);
      for (const [index, at] of gone.entries()) {
        const inMinute = gone.slice(index).findIndex((later) => later >= at + MINUTE);
        if (inMinute > 0) expect(inMinute).toBeLessThanOrEqual(perMinute + 1);
      }
      // Put off once each, not again and again.
      expect(claims).toBeLessThan(3_000);
    },
  );
});

it('only so many mails of a busy destination are held ready; the others wait where they are', () => {
  const limited = destinations({ concurrency: 2 });
  const held = Array.from({ length: 100 }, () => limited.admit('limited.example', 0)).filter(
    ({ kind }) => kind === 'go',
  );
  expect(held).toHaveLength(64);
  expect(limited.admit('limited.example', 0)).toEqual({ kind: 'later', at: 2 * SECOND });
  limited.done('limited.example');
  expect(limited.admit('limited.example', 0)).toEqual({ kind: 'go' });
});
