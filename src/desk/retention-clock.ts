/**
 * Retention by the clock: at the start and every hour. A day would do for what goes by age; a flood of refused mail is
 * over its quota within hours.
 */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { carryOut, type RetentionParts } from './retention.ts';
import type { Scheduler } from './scheduler.ts';

const EVERY_MS = 60 * 60 * 1000;

export interface RetentionClockParts extends Pick<RetentionParts, 'store' | 'blobs' | 'retention'> {
  readonly clock: Clock;
  readonly log: Log;
}

export function createRetentionClock({ store, blobs, retention, clock, log }: RetentionClockParts): Scheduler {
  let isStopped = true;
  let cancelTimer: () => void = () => undefined;
  let working: Promise<void> = Promise.resolve();
  const stopped = () => isStopped;

  function begin(): void {
    if (isStopped) return;
    working = work()
      .catch((error: unknown) => log.error({ error }, 'old mails could not be removed; trying again in an hour'))
      .finally(() => {
        if (!isStopped) cancelTimer = clock.after(EVERY_MS, begin);
      });
  }

  async function work(): Promise<void> {
    for (const { removal, rows, bytes } of await carryOut({ store, blobs, retention, now: clock.now(), stopped }))
      log.info({ ...removal, rows, bytes }, 'retention');
  }

  return {
    start() {
      isStopped = false;
      begin();
    },
    async stop() {
      isStopped = true;
      cancelTimer();
      await working;
    },
  };
}
