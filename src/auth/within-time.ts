/** Waiting that ends with the mail's total time, for work that can't be told to stop (a stream that never goes on). */
import { setImmediate as nextTurn } from 'node:timers/promises';

class OutOfTime extends Error {}

/**
 * The promise, or `OutOfTime` one turn after the signal aborts: work that only waited for DNS is done by then, and
 * what it found before still counts.
 */
export async function withinTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController();
  const late = new Promise<never>((_resolve, reject) => {
    const giveUp = () => nextTurn().then(() => reject(new OutOfTime()));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true, signal: settled.signal });
  });
  // The loser of the race must not end the process.
  work.catch(() => undefined);
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    settled.abort();
  }
}
