/** Free pages of the database file: counted, given back in small steps, and a whole new file where that is asked for. */
import type Database from 'better-sqlite3';
import type { FileSpace } from '../keeping.ts';

export function fileSpace(sqlite: Database.Database): FileSpace {
  const number = (name: string) => Number(sqlite.pragma(name, { simple: true }));
  return { pageBytes: number('page_size'), pages: number('page_count'), free: number('freelist_count') };
}

/** Inside a transaction: nobody waits longer than for these. */
export function giveBackPages(sqlite: Database.Database, limit: number): number {
  const before = fileSpace(sqlite).free;
  sqlite.pragma(`incremental_vacuum(${Math.max(1, Math.floor(limit))})`);
  return before - fileSpace(sqlite).free;
}

/**
 * Writes the whole file anew: what was deleted once stands nowhere in it afterwards. Whoever writes meanwhile has to
 * wait, and as much space as the database takes is needed beside it. The file itself changes when the log is emptied.
 */
export function rewriteFile(sqlite: Database.Database): void {
  sqlite.pragma('auto_vacuum = INCREMENTAL');
  sqlite.exec('vacuum');
}

/** What the log still held of old pages goes with it; false where somebody reads from it just now. */
export function emptyLog(sqlite: Database.Database): boolean {
  const [result] = sqlite.prepare<[], { busy: number }>('pragma wal_checkpoint(truncate)').all();
  return result?.busy === 0;
}
