/** When the full-text index is brought up to date: a moment after something was written, and when somebody waits for it. */
import type { CaughtUp } from './text-index-file.ts';

/** Whoever does the work: in this thread (text-index-file.ts), or in one of its own (thread/threaded-text-index.ts). */
export interface Indexer {
  /** One call after the other. */
  catchUp(): Promise<CaughtUp>;
  close(): Promise<void>;
}

/** How far a search may lag behind. */
const LAG_MS = 300;

export class TextIndexClock {
  private readonly indexer: Indexer;
  private readonly forget: (changesDone: number) => Promise<void>;
  private forgotten = 0;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private closing = false;
  private lastWarning: string | null = null;

  /** `forget` removes the rows of `text_changes` up to one. */
  constructor(indexer: Indexer, forget: (changesDone: number) => Promise<void>) {
    this.indexer = indexer;
    this.forget = forget;
  }

  /** Something is being written. */
  soon(): void {
    this.timer ??= setTimeout(() => {
      this.catchUp().catch((error: unknown) => this.warn(error));
    }, LAG_MS).unref();
  }

  /** Resolves when everything that was written before is in the index. */
  catchUp(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const next = this.running.then(() => this.run());
    this.running = next.catch(() => undefined);
    return next;
  }

  /** An index that is far behind is left to the next start. */
  async close(): Promise<void> {
    this.closing = true;
    if (this.timer !== null) await this.catchUp().catch((error: unknown) => this.warn(error));
    await this.running;
    await this.indexer.close();
  }

  private async run(): Promise<void> {
    let caughtUp: CaughtUp;
    do {
      caughtUp = await this.indexer.catchUp();
      if (caughtUp.changesDone > this.forgotten) {
        await this.forget(caughtUp.changesDone);
        this.forgotten = caughtUp.changesDone;
      }
    } while (caughtUp.more && !this.closing);
    if (caughtUp.busy && !this.closing) this.soon();
    this.lastWarning = null;
  }

  /** Mail goes on without the index; what is wrong with it is said once, not with every mail. */
  private warn(error: unknown): void {
    const text = `full-text index: ${String(error)}`;
    if (text !== this.lastWarning) process.emitWarning(text);
    this.lastWarning = text;
  }
}
