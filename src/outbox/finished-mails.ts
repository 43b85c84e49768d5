/**
 * What became of mails, on its way into the store: many in one transaction, because each one costs the disk a flush. A
 * few are written as soon as nothing else is going on. Until then the leases of these mails hold: were the process to
 * die now, they would be sent once more, with the same bytes.
 */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { OutboxStore, SendOutcome } from '../store/store.ts';

/** Enough to share a flush among, few enough to keep the transaction short. */
const FULL = 128;
const LONGEST_WAIT_MS = 100;
/** After the store could not write. */
const AGAIN_MS = 5_000;

export interface FinishedMail {
  readonly id: number;
  readonly outcome: SendOutcome;
}

export class FinishedMails {
  private readonly store: Pick<OutboxStore, 'finishMails'>;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly onWritten: (count: number) => void;
  private waiting: FinishedMail[] = [];
  private writing: Promise<void> | null = null;
  /** What waits should be written as soon as the batch before it is. */
  private urgent = false;
  private cancelTimer: (() => void) | null = null;

  constructor(
    store: Pick<OutboxStore, 'finishMails'>,
    clock: Clock,
    log: Log,
    /** That many claims have ended. */
    onWritten: (count: number) => void,
  ) {
    this.store = store;
    this.clock = clock;
    this.log = log;
    this.onWritten = onWritten;
  }

  /** `more`: others are on their way and will follow soon. */
  add(mail: FinishedMail, more: boolean): void {
    this.waiting.push(mail);
    if (this.waiting.length >= FULL || !more) this.write();
    else this.writeAfter(LONGEST_WAIT_MS);
  }

  /** Resolves when all that was added is written, or could not be. */
  async settle(): Promise<void> {
    this.write();
    await this.writing;
    this.write();
    await this.writing;
    this.stopTimer();
  }

  private write(): void {
    this.stopTimer();
    if (this.waiting.length === 0) return;
    this.urgent = this.writing !== null;
    if (this.urgent) return;
    const batch = this.waiting;
    this.waiting = [];
    this.writing = this.store.finishMails(batch, this.clock.now()).then(
      () => {
        this.writing = null;
        if (this.urgent) this.write();
        else if (this.waiting.length > 0) this.writeAfter(LONGEST_WAIT_MS);
        this.onWritten(batch.length);
      },
      (error: unknown) => {
        this.writing = null;
        this.log.error({ error }, 'what became of sent mails could not be written down; trying again');
        this.waiting = [...batch, ...this.waiting];
        this.writeAfter(AGAIN_MS);
      },
    );
  }

  private writeAfter(ms: number): void {
    this.cancelTimer ??= this.clock.after(ms, () => this.write());
  }

  private stopTimer(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
  }
}
