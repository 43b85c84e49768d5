/**
 * One transaction for all the mails that are ready at the same moment: they share one fsync. Each runs behind its
 * own savepoint, so that one that fails takes nothing of the others with it.
 */
import type Database from 'better-sqlite3';
import { StoreUnavailable, type Unavailable } from '../store.ts';

interface Waiting {
  /** Does the work; what it returns tells the caller, once the commit is done. */
  readonly work: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Work in one transaction: enough to share an fsync among busy connections, few enough to stay short. */
const MAX_GROUP = 256;

/** How long another program may hold the database before the mails that wait are turned away. */
interface Patience {
  readonly busyRetries: number;
  readonly busyPauseMs: number;
}

const PATIENCE: Patience = { busyRetries: 20, busyPauseMs: 100 };

export class GroupCommit {
  private readonly sqlite: Database.Database;
  private readonly patience: Patience;
  private waiting: Waiting[] = [];
  private scheduled = false;
  private running: Promise<void> = Promise.resolve();

  constructor(sqlite: Database.Database, patience: Patience = PATIENCE) {
    this.sqlite = sqlite;
    this.patience = patience;
  }

  /** Runs synchronous `work` inside the next transaction; resolves with its result after the commit. */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({
        work: () => {
          const value = work();
          return () => resolve(value);
        },
        reject,
      });
      if (this.scheduled) return;
      this.scheduled = true;
      setImmediate(() => {
        this.running = this.running.then(() => this.flush());
      });
    });
  }

  /** Resolves when everything that was handed in so far is done. */
  async idle(): Promise<void> {
    while (this.scheduled || this.waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.running;
    }
    await this.running;
  }

  private async flush(): Promise<void> {
    this.scheduled = false;
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, MAX_GROUP);
      const failure = await this.begin();
      if (failure !== null) {
        for (const { reject } of group) reject(failure);
        continue;
      }
      this.commit(group);
    }
  }

  /** A read that turns into a write can't wait for a lock, so the write lock is taken at once. */
  private async begin(): Promise<StoreUnavailable | null> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.sqlite.exec('begin immediate');
        return null;
      } catch (error) {
        const unavailable = asUnavailable(error);
        if (unavailable?.why !== 'busy' || attempt >= this.patience.busyRetries)
          return unavailable ?? new StoreUnavailable('io', error);
        // Another process writes (an import): let the event loop breathe between tries.
        await new Promise((resolve) => setTimeout(resolve, this.patience.busyPauseMs));
      }
    }
  }

  private commit(group: readonly Waiting[]): void {
    const settled: (() => void)[] = [];
    try {
      for (const { work, reject } of group) {
        this.sqlite.exec('savepoint one_mail');
        try {
          settled.push(work());
        } catch (error) {
          const unavailable = asUnavailable(error);
          // A full disk may have ended the transaction already; then there is no savepoint to go back to.
          if (!this.sqlite.inTransaction) throw unavailable ?? error;
          this.sqlite.exec('rollback to one_mail');
          settled.push(() => reject(unavailable ?? error));
        }
        this.sqlite.exec('release one_mail');
      }
      this.sqlite.exec('commit');
    } catch (error) {
      if (this.sqlite.inTransaction) this.sqlite.exec('rollback');
      const unavailable = asUnavailable(error) ?? new StoreUnavailable('io', error);
      for (const { reject } of group) reject(unavailable);
      return;
    }
    for (const settle of settled) settle();
  }
}

/** SQLite's own result codes as reasons; `null` for anything that is not the state of disk or lock. */
export function asUnavailable(error: unknown): StoreUnavailable | null {
  if (error instanceof StoreUnavailable) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = reasonOf(code);
  return why === null ? null : new StoreUnavailable(why, error);
}

function reasonOf(code: string): Unavailable | null {
  if (code === 'SQLITE_FULL') return 'full';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy';
  if (
    code.startsWith('SQLITE_IOERR') ||
    code.startsWith('SQLITE_CANTOPEN') ||
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_CORRUPT') ||
    code === 'SQLITE_NOTADB' ||
    code === 'SQLITE_NOMEM'
  )
    return 'io';
  return null;
}
