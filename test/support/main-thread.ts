/**
 * How long the event loop of this thread is held up by one turn. In processor time of the thread where the system tells
 * it (Linux), so that other programs on a busy machine don't count; else by the clock.
 */
import { readFileSync } from 'node:fs';

const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`;

const now: () => number = (() => {
  try {
    const used = () => Number(readFileSync(SCHEDSTAT, 'latin1').split(' ')[0]) / 1e6;
    if (used() > 0) return used;
  } catch {
    // Another system.
  }
  return () => performance.now();
})();

export interface StallWatch {
  /** Milliseconds of the longest turn since this was asked last. */
  longest(): number;
}

/** Only in the main thread. Takes all the time that is left. */
export function watchStalls(): StallWatch {
  let last = now();
  let longest = 0;
  const turn = () => {
    const time = now();
    longest = Math.max(longest, time - last);
    last = time;
    setImmediate(turn);
  };
  turn();
  return {
    longest: () => {
      const found = longest;
      longest = 0;
      return found;
    },
  };
}
