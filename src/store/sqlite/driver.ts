/**
 * The database driver that is safe on this Node.
 *
 * better-sqlite3 12 ends the process (SIGABRT, "env != nullptr" in RemoveEnvironmentCleanupHook) on Node 24.19 and later,
 * whenever the collector finds a statement in a moment in which no script runs: node::ObjectWrap, on which it is built,
 * has changed there. Version 13 is built on Node-API, which has not; but it needs Node 22, and Node 20 dies of it. So
 * 13 is an optional dependency, which npm leaves out where it does not run, and each Node gets the one that it can bear.
 */
import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';
import { DatabaseUnusable } from '../database-unusable.ts';

type Driver = 'better-sqlite3' | 'better-sqlite3-13';

/** `node`: as in `process.versions.node`. */
export function driverFor(node: string): Driver {
  return Number.parseInt(node, 10) >= 24 ? 'better-sqlite3-13' : 'better-sqlite3';
}

const require = createRequire(import.meta.url);

/** Throws what the driver throws, and `DatabaseUnusable` where it is not installed. `node` is another only in tests. */
export function openSqlite(
  file: string,
  options: Database.Options = {},
  node: string = process.versions.node,
): Database.Database {
  const name = driverFor(node);
  let Driver: typeof Database;
  try {
    Driver = require(name);
  } catch (error) {
    if (name === 'better-sqlite3' || !(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND'))
      throw error;
    throw new DatabaseUnusable(
      `Node ${node} needs better-sqlite3 13, an optional dependency: install Taquilla once more without --omit=optional`,
    );
  }
  return new Driver(file, options);
}

/** SQLite's own code, such as `SQLITE_FULL`, of an error that comes from either driver; `null` for any other. */
export function sqliteCode(error: unknown): string | null {
  return error instanceof Error && error.name === 'SqliteError' && 'code' in error ? String(error.code) : null;
}
