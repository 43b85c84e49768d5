/**
 * Opens the database file, brings it up to date and makes sure that a commit means "on the disk".
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { DatabaseUnusable } from '../database-unusable.ts';
import { openSqlite, sqliteCode } from './driver.ts';
import { notCompiled } from './not-compiled.ts';

export interface OpenDatabase {
  readonly sqlite: Database.Database;
  readonly db: BetterSQLite3Database;
}

/** As SQLite numbers it. */
const AUTO_VACUUM_INCREMENTAL = 2;

/** `':memory:'` gives an empty database that lives only in memory. `migrations` is another folder only in tests. */
export function openDatabase(file: string, migrations = migrationsFolder): OpenDatabase {
  if (file !== ':memory:') makeFolderOf(file);
  const sqlite = connect(file, false);
  try {
    // Counts in a new file only, and only before anything is written to it: free pages can be given back in small steps.
    // Setting it waits for whoever writes at this moment, reading it does not.
    if (sqlite.pragma('auto_vacuum', { simple: true }) !== AUTO_VACUUM_INCREMENTAL)
      sqlite.pragma('auto_vacuum = INCREMENTAL');
    sqlite.pragma('journal_mode = WAL');
    // WAL on a connection that did not turn it on itself comes up with synchronous = NORMAL, which loses the last
    // commits on a power cut. Read back, because a 250 rests on it.
    sqlite.pragma('synchronous = FULL');
    if (sqlite.pragma('synchronous', { simple: true }) !== 2) {
      throw new DatabaseUnusable(
        `${file}: SQLite does not keep synchronous = FULL; refusing to accept mail it could lose`,
      );
    }
    applyMigrations(sqlite, file, migrations);
    sqlite.pragma('foreign_keys = ON');
    tune(sqlite);
  } catch (error) {
    sqlite.close();
    throw explained(error, file);
  }
  return { sqlite, db: drizzle(sqlite) };
}

/** Speed only; no promise rests on any of it. */
function tune(sqlite: Database.Database): void {
  // Pages that many mails change (the tops of indexes) go into the database file once for all of
  // them. The log is at most about this long: 8,000 pages of 4 KB.
  sqlite.pragma('wal_autocheckpoint = 8000');
  // What a usual group of mails changes, and the tops of all indexes; what else is read lies in the system's cache. More is no quicker.
  sqlite.pragma('cache_size = -6144');
  // What a statement needs to undo itself would go through a temporary file.
  sqlite.pragma('temp_store = MEMORY');
}

/** Opens an existing database for reading only; `null` where there is none yet. */
export function openReadOnly(file: string): OpenDatabase | null {
  if (!existsSync(file)) return null;
  const sqlite = connect(file, true);
  try {
    checkVersion(sqlite, file);
    const applied = appliedMigrations(sqlite).length;
    const known = knownMigrations().length;
    if (applied < known)
      throw new DatabaseUnusable(
        `${file}: the database is older than this program; start the gateway once to bring it up to date`,
      );
  } catch (error) {
    sqlite.close();
    throw explained(error, file);
  }
  return { sqlite, db: drizzle(sqlite) };
}

function makeFolderOf(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new DatabaseUnusable(
      `${file}: its folder cannot be made (${reasonOf(error)}); correct dataFolder or give this user the right to write there`,
    );
  }
}

/** What SQLite finds out only when it first reads the file, in words for the admin. */
function explained(error: unknown, file: string): unknown {
  switch (sqliteCode(error)?.replace(/^(SQLITE_[A-Z]+)_.*$/, '$1')) {
    case 'SQLITE_NOTADB':
      return new DatabaseUnusable(`${file}: is not a database of Taquilla; restore it from a backup or move it away`);
    case 'SQLITE_CORRUPT':
      return new DatabaseUnusable(`${file}: the database is damaged; restore it from a backup`);
    case 'SQLITE_BUSY':
      return new DatabaseUnusable(`${file}: another program holds the database; try again when it is done`);
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
      return new DatabaseUnusable(
        `${file}: cannot be used (${reasonOf(error)}); give this user the right to write there`,
      );
    case 'SQLITE_FULL':
      return new DatabaseUnusable(`${file}: the disk is full; make room`);
    default:
      return error;
  }
}

function connect(file: string, readonly: boolean): Database.Database {
  try {
    // Lock waits block the event loop: keep them short and retry above this.
    return openSqlite(file, { readonly, timeout: 50 });
  } catch (error) {
    if (error instanceof DatabaseUnusable) throw error;
    const uncompiled = notCompiled(error, process.version);
    if (uncompiled !== null) throw new DatabaseUnusable(uncompiled);
    throw new DatabaseUnusable(
      `${file}: cannot open the database (${reasonOf(error)}); check that the folder exists and can be written`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

const migrationsFolder = fileURLToPath(new URL('../../../drizzle/sqlite', import.meta.url));

interface Journal {
  readonly entries: readonly { readonly when: number; readonly tag: string }[];
}

function knownMigrations(folder = migrationsFolder): Journal['entries'] {
  const journal: Journal = JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8'));
  return journal.entries;
}

function appliedMigrations(sqlite: Database.Database): number[] {
  const exists = sqlite.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get();
  if (exists === undefined) return [];
  return sqlite.prepare('select created_at from __drizzle_migrations order by created_at').pluck().all().map(Number);
}

function checkVersion(sqlite: Database.Database, file: string, folder = migrationsFolder): void {
  const newest = Math.max(0, ...appliedMigrations(sqlite));
  const known = Math.max(0, ...knownMigrations(folder).map(({ when }) => when));
  if (newest > known) {
    throw new DatabaseUnusable(
      `${file}: the database was written by a newer version of Taquilla; install that version or restore a backup`,
    );
  }
}

function applyMigrations(sqlite: Database.Database, file: string, folder: string): void {
  checkVersion(sqlite, file, folder);
  const applied = appliedMigrations(sqlite).length;
  if (applied === knownMigrations(folder).length) return;
  if (applied > 0 && file !== ':memory:') backUpBefore(sqlite, file);
  // Rebuilding a table drops the old one, and with foreign keys on that deletes its children (drizzle-orm #4938).
  sqlite.pragma('foreign_keys = OFF');
  migrate(drizzle(sqlite), { migrationsFolder: folder });
  const broken = sqlite.pragma('foreign_key_check');
  if (Array.isArray(broken) && broken.length > 0) {
    throw new DatabaseUnusable(
      `${file}: the migration left ${broken.length} rows without the row they point to; restore the backup beside it`,
    );
  }
}

/** A whole copy under its name or none: half a one must not be taken for a backup. */
function backUpBefore(sqlite: Database.Database, file: string): void {
  const copy = `${file}.before-${Date.now()}`;
  rmSync(`${file}.before.part`, { force: true });
  sqlite.exec(`vacuum into '${`${file}.before.part`.replaceAll("'", "''")}'`);
  syncPath(`${file}.before.part`);
  renameSync(`${file}.before.part`, copy);
  syncPath(dirname(file));
}

function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
