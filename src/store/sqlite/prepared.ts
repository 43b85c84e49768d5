/**
 * Statements that are built and compiled once for each database. Drizzle does both at every call of a query that is not
 * prepared, and that costs many times what SQLite then needs to run it.
 */
import { type Placeholder, type SQL, sql } from 'drizzle-orm';
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

/**
 * `limit` of a prepared statement, as a number that stands in the SQL itself. SQLite looks at a bound one while it plans,
 * and so compiles the statement again at every call (sqlite3ExprIsInteger marks it as a variable that the plan depends
 * on): five times what the query costs. The same holds for a bound value that is compared with the column of a partial
 * index's condition: write it as SQL.
 */
export function atMost(count: number): Placeholder {
  const literal: unknown = sql.raw(String(Math.trunc(count)));
  // The builder takes any SQL there; its types know only one kind.
  return literal as Placeholder;
}
