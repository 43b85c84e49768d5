/** A clock that stands still until a test moves it. */
import type { Clock, EverySecond } from '../../src/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time on; timers that fall due on the way fire in their order, each at its own time. */
  advance(ms: number): void;
  /** Times at which timers are set to fire, in order. */
  timers(): number[];
}

export function fakeClock(start = Date.UTC(2026, 10, 21, 9, 0)): FakeClock {
  let now = start;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.callback();
      }
      now = end;
    },
    timers: () => timers.map(({ at }) => at).sort((one, other) => one - other),
  };
}

export interface ManualSeconds {
  readonly everySecond: EverySecond;
  /** Lets so many seconds pass, at once. */
  pass(count: number): void;
}

/** The beat of the SMTP door, beaten by a test. */
export function manualSeconds(): ManualSeconds {
  const callbacks = new Set<() => void>();
  return {
    everySecond: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    pass: (count) => {
      for (let second = 0; second < count; second += 1) for (const callback of [...callbacks]) callback();
    },
  };
}
