/**
 * The file of the full-text index, beside the database's own. All that is in it comes from the database: where it is
 * missing, damaged, of another version or of another state of the database it is made anew.
 */
import { existsSync, rmSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { openSqlite, sqliteCode } from './driver.ts';
import { emptyLog } from './file-space.ts';
import { TextIndex } from './text-index.ts';
import { DATABASE, isIndexOf, makeTextIndex } from './text-index-tables.ts';

export function textIndexFile(database: string): string {
  return `${database}-search`;
}

/** How far one call came. */
export interface CaughtUp {
  readonly more: boolean;
  /** Another process is at the index or its file: what is left is there still. */
  readonly busy: boolean;
  /** Rows of `text_changes` up to this one are done, and that they are is on the disk. 0: not known. */
  readonly changesDone: number;
}

/** Transactions in one call: whoever wants to close the file waits no longer than for these. */
const MAX_PIECES = 20;

/** Brings the index up to date through a connection of its own, which is opened when it is first needed. */
export class TextIndexFile {
  private readonly database: string;
  private open: Open | null = null;

  constructor(database: string) {
    this.database = database;
  }

  /** Throws what SQLite throws, as where the database is damaged; a damaged index is removed on the way, and made anew. */
  catchUp(): CaughtUp {
    try {
      return this.somePieces();
    } catch (error) {
      // Another process is at the same work.
      if (sqliteCode(error)?.startsWith('SQLITE_BUSY') === true) return { more: false, busy: true, changesDone: 0 };
      if (!isDamage(error)) throw error;
      this.close();
      if (sqliteCode(error) !== 'SQLITE_CORRUPT_VTAB' && textIndexDamage(this.database).length === 0) throw error;
      remove(this.database);
      return this.somePieces();
    }
  }

  close(): void {
    this.open?.sqlite.close();
    this.open = null;
  }

  private somePieces(): CaughtUp {
    // Another process has removed it, damaged as it was, or somebody by hand: what is written to it now nobody would find.
    if (this.open !== null && inodeOf(this.database) !== this.open.inode) this.close();
    this.open ??= openForIndexing(this.database);
    let changesDone = 0;
    for (let pieces = 0; pieces < MAX_PIECES; pieces += 1) {
      const piece = this.open.index.indexSome();
      changesDone = Math.max(changesDone, piece.changesDone);
      if (!piece.more) return { more: false, busy: false, changesDone };
    }
    return { more: true, busy: false, changesDone };
  }
}

interface Open {
  readonly sqlite: Database.Database;
  readonly index: TextIndex;
  readonly inode: number | null;
}

function inodeOf(database: string): number | null {
  return statSync(textIndexFile(database), { throwIfNoEntry: false })?.ino ?? null;
}

function remove(database: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${textIndexFile(database)}${end}`, { force: true });
}

function openForIndexing(database: string): Open {
  const sqlite = openSqlite(textIndexFile(database), { timeout: 50 });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    // A piece of the index is written once and read when it is merged: keeping pages would only take memory.
    sqlite.pragma('cache_size = -2048');
    sqlite.pragma('wal_autocheckpoint = 4000');
    // Where new texts are copied aside.
    sqlite.pragma('temp_store = MEMORY');
    attach(sqlite, database);
    // Of the database only what is new is read.
    sqlite.pragma(`${DATABASE}.cache_size = -256`);
    makeTextIndex(sqlite);
    return { sqlite, index: new TextIndex(sqlite), inode: inodeOf(database) };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/** Asks `question` of the index and the database beside it, read-only; `null` where there is no index that fits. */
export function readTextIndex<T>(database: string, question: (sqlite: Database.Database) => T): T | null {
  if (!existsSync(textIndexFile(database))) return null;
  let sqlite: Database.Database | null = null;
  try {
    sqlite = openSqlite(textIndexFile(database), { readonly: true, timeout: 1000 });
    attach(sqlite, database);
    return isIndexOf(sqlite) ? question(sqlite) : null;
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  } finally {
    sqlite?.close();
  }
}

/**
 * Makes the index anew from the texts as they are now, and its file. FTS5 forgets the places of an erased word at once, but
 * where a page of the index begins with it, the start of the word stays in the list of pages. Throws SQLITE_BUSY where
 * somebody else holds the file.
 */
export function renewTextIndex(database: string): void {
  if (!existsSync(textIndexFile(database))) return;
  if (textIndexDamage(database).length > 0) remove(database);
  const { sqlite, index } = openForIndexing(database);
  try {
    sqlite.pragma('busy_timeout = 10000');
    makeTextIndex(sqlite, 'anew');
    while (index.indexSome().more) {
      // Until all is in it.
    }
    sqlite.exec('vacuum');
  } finally {
    sqlite.close();
  }
}

/** What the log of the index still held of old pages goes with it; false where somebody reads from it just now. */
export function emptyTextIndexLog(database: string): boolean {
  if (!existsSync(textIndexFile(database))) return true;
  const sqlite = openSqlite(textIndexFile(database), { timeout: 50 });
  try {
    return emptyLog(sqlite);
  } finally {
    sqlite.close();
  }
}

/** What SQLite finds wrong with the file, in its words; empty where all is well or no index is there. */
export function textIndexDamage(database: string): readonly string[] {
  if (!existsSync(textIndexFile(database))) return [];
  let sqlite: Database.Database | null = null;
  try {
    sqlite = openSqlite(textIndexFile(database), { readonly: true, timeout: 1000 });
    const lines = sqlite.prepare<[], string>('pragma integrity_check(3)').pluck().all();
    return lines.filter((line) => line !== 'ok').map((line) => line.replace(/\s+/g, ' '));
  } catch (error) {
    if (isDamage(error)) return [String(sqliteCode(error))];
    throw error;
  } finally {
    sqlite?.close();
  }
}

/** The connection only ever reads the database, so it takes no lock that a mail could wait for. */
function attach(sqlite: Database.Database, database: string): void {
  sqlite.prepare(`attach ? as ${DATABASE}`).run(database);
}

function isDamage(error: unknown): boolean {
  const code = sqliteCode(error) ?? '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}
