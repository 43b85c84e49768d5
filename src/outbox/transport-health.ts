/**
 * Whether the way out works. After a failure that is the smarthost's own it rests, longer after each one in a row, and is
 * then tried with one mail; no mail fails for it. Time is an argument.
 */
import { transportPause } from './retry.ts';

export interface TransportStatus {
  /** Epoch milliseconds; `null` while it works. */
  readonly pausedUntil: number | null;
  /** What the last failure was; `null` while it works. */
  readonly why: string | null;
  readonly failuresInARow: number;
}

export class TransportHealth {
  private until = 0;
  private why: string | null = null;
  private failures = 0;

  status(now: number): TransportStatus {
    return { pausedUntil: this.rests(now) ? this.until : null, why: this.why, failuresInARow: this.failures };
  }

  rests(now: number): boolean {
    return now < this.until;
  }

  /** It has failed and has not been seen to work since. */
  get doubtful(): boolean {
    return this.failures > 0;
  }

  get restsUntil(): number {
    return this.until;
  }

  /** Mails that were on their way together fail together: only the first of them counts. True for that one. */
  failed(why: string, now: number): boolean {
    if (this.rests(now)) return false;
    this.failures += 1;
    this.why = why;
    this.until = now + transportPause(this.failures);
    return true;
  }

  /** It is another one now. */
  reset(): void {
    this.until = 0;
    this.failures = 0;
    this.why = null;
  }

  /** Whatever it said about a mail, it has worked. True where it had not before. */
  worked(): boolean {
    const recovered = this.failures > 0;
    this.failures = 0;
    this.why = null;
    return recovered;
  }
}
