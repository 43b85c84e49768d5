/**
 * Statements that are built and compiled once for each database. Drizzle does both at every call of a query that is not
 * prepared, and that costs many times what SQLite then needs to run it.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';

/** `build` ends with `.prepare()`; what differs from call to call are placeholders. */
export function prepared<Statement>(
  build: (db: BetterSQLite3Database) => Statement,
): (db: BetterSQLite3Database) => Statement {
  const made = new WeakMap<BetterSQLite3Database, Statement>();
  return (db) => {
    const known = made.get(db);
    if (known !== undefined) return known;
    const statement = build(db);
    made.set(db, statement);
    return statement;
  };
}

/** `column in (…)` over a JSON array, so that one prepared statement serves any number of keys. */
export const inList = (column: unknown, name: string): SQL =>
  sql`${column} in (select value from json_each(${sql.placeholder(name)}))`;
