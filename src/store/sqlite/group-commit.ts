/**
 * One transaction for the mails that are ready at the same moment, or half of them: they share one fsync. While one is
 * being committed the next group gathers: no timers. One that fails takes nothing of the others with it: the transaction is
 * rolled back and done again, each behind its own savepoint. Savepoints for all from the start would cost more than
 * the work itself (SQLite copies each page that changes).
 */
import type Database from 'better-sqlite3';
import { StoreUnavailable, type Unavailable } from '../store.ts';

interface Waiting {
  /** Does the work, again where the first time is rolled back; what it returns tells the caller, after the commit. */
  readonly work: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Work in one transaction: enough to share an fsync among busy connections, few enough to stay short. */
const MAX_GROUP = 256;
/** So few are always taken whole. */
const SMALL_GROUP = 8;

/** How long another program may hold the database before the mails that wait are turned away. */
interface Patience {
  readonly busyRetries: number;
  readonly busyPauseMs: number;
}

const PATIENCE: Patience = { busyRetries: 20, busyPauseMs: 100 };

type Control = 'begin' | 'commit' | 'savepoint' | 'release' | 'undo';

export class GroupCommit {
  private readonly sqlite: Database.Database;
  private readonly patience: Patience;
  private readonly statements: Record<Control, Database.Statement>;
  private waiting: Waiting[] = [];
  private scheduled = false;
  private running: Promise<void> = Promise.resolve();

  constructor(sqlite: Database.Database, patience: Patience = PATIENCE) {
    this.sqlite = sqlite;
    this.patience = patience;
    this.statements = {
      begin: sqlite.prepare('begin immediate'),
      commit: sqlite.prepare('commit'),
      savepoint: sqlite.prepare('savepoint one_mail'),
      release: sqlite.prepare('release one_mail'),
      undo: sqlite.prepare('rollback to one_mail'),
    };
  }

  /**
   * Runs synchronous `work` inside the next transaction; resolves with its result after the commit. It changes nothing
   * but the database, because it may be rolled back and run again.
   */
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
      // All that came in one message are waiting by then.
      queueMicrotask(() => {
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
      const group = this.waiting.splice(0, groupSize(this.waiting.length));
      const failure = await this.begin();
      if (failure !== null) {
        for (const { reject } of group) reject(failure);
        continue;
      }
      if (!this.commitTogether(group)) {
        const again = await this.begin();
        if (again === null) this.commitEach(group);
        else for (const { reject } of group) reject(again);
      }
      // The answers go out before the next wait for the disk, and who got one may join the next group.
      await nextTurn();
      await nextTurn();
    }
  }

  /** A read that turns into a write can't wait for a lock, so the write lock is taken at once. */
  private async begin(): Promise<StoreUnavailable | null> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.statements.begin.run();
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

  /** False when one of them failed: everything is undone. */
  private commitTogether(group: readonly Waiting[]): boolean {
    const settled: (() => void)[] = [];
    try {
      for (const { work } of group) settled.push(work());
      this.statements.commit.run();
    } catch {
      this.rollBack();
      return false;
    }
    for (const settle of settled) settle();
    return true;
  }

  private commitEach(group: readonly Waiting[]): void {
    const { savepoint, undo, release, commit } = this.statements;
    const settled: (() => void)[] = [];
    try {
      for (const { work, reject } of group) {
        savepoint.run();
        try {
          settled.push(work());
        } catch (error) {
          const unavailable = asUnavailable(error);
          // A full disk may have ended the transaction already; then there is no savepoint to go back to.
          if (!this.sqlite.inTransaction) throw unavailable ?? error;
          undo.run();
          settled.push(() => reject(unavailable ?? error));
        }
        release.run();
      }
      commit.run();
    } catch (error) {
      this.rollBack();
      const unavailable = asUnavailable(error) ?? new StoreUnavailable('io', error);
      for (const { reject } of group) reject(unavailable);
      return;
    }
    for (const settle of settled) settle();
  }

  private rollBack(): void {
    if (this.sqlite.inTransaction) this.sqlite.exec('rollback');
  }
}

/**
 * Half of those that wait. Whoever is answered writes its next mail, which is read and parsed while the other half is
 * written; all at once would leave the threads waiting for each other in turn.
 */
function groupSize(waiting: number): number {
  return Math.min(MAX_GROUP, Math.max(SMALL_GROUP, Math.ceil(waiting / 2)));
}

/** The event loop goes round once. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
