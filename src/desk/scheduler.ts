/**
 * The clock at the desk: looks every minute for tickets to warn of and to close, and whether the staff's digest is due. It keeps nothing itself; what was done
 * stands in the database, so that a restart neither forgets nor repeats it.
 */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { DeskStore } from '../store/store.ts';
import { ENTROPY_BYTES } from '../tickets/entropy.ts';
import type { DeskRules } from '../tickets/status-mails.ts';

export interface Scheduler {
  start(): void;
  /** Waits for what is being written. */
  stop(): Promise<void>;
}

export interface SchedulerParts {
  readonly store: Pick<DeskStore, 'closeStale' | 'writeDigest'>;
  readonly rules: () => Pick<DeskRules, 'policy' | 'signing'>;
  readonly clock: Clock;
  /** Of the server. */
  readonly timeZone: string;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Called after a commit that queued mails. */
  readonly onQueued: () => void;
  readonly log: Log;
}

const EVERY_MS = 60 * 1000;
/** Tickets in one transaction: intake waits no longer than for these. */
const BATCH = 50;

export function createScheduler({
  store,
  rules,
  clock,
  timeZone,
  randomBytes,
  onQueued,
  log,
}: SchedulerParts): Scheduler {
  let stopped = true;
  let cancelTimer: () => void = () => undefined;
  let turning: Promise<void> | null = null;

  function tick(): void {
    if (stopped) return;
    turning = sweep()
      .catch((error: unknown) => log.error({ error }, 'tickets could not be closed by the clock; trying again'))
      .then(digest)
      .catch((error: unknown) => log.error({ error }, 'the digest for staff could not be written; trying again'))
      .finally(() => {
        turning = null;
        if (!stopped) cancelTimer = clock.after(EVERY_MS, tick);
      });
  }

  async function sweep(): Promise<void> {
    while (!stopped) {
      const done = await store.closeStale({ ...rules(), now: clock.now(), entropy: randomBytes(ENTROPY_BYTES) }, BATCH);
      for (const { ticket, action } of done) log.info({ ticket, action }, 'auto-close');
      if (done.some(({ mailed }) => mailed)) onQueued();
      if (done.length < BATCH) return;
    }
  }

  async function digest(): Promise<void> {
    if (stopped) return;
    const now = { ...rules(), now: clock.now(), entropy: randomBytes(ENTROPY_BYTES) };
    const { mails } = await store.writeDigest(now, { hour: now.policy.digestHour, timeZone });
    if (mails === 0) return;
    log.info({ mails }, 'digest of held and refused mails');
    onQueued();
  }

  return {
    start() {
      stopped = false;
      tick();
    },
    async stop() {
      stopped = true;
      cancelTimer();
      await turning;
    },
  };
}
