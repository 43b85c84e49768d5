/**
 * Inserts one row with a statement that is prepared once for each set of columns: building the SQL anew costs many times
 * what the insert does.
 */
import { sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

type Prepared = (row: Record<string, unknown>) => number;

const prepared = new WeakMap<BetterSQLite3Database, Map<SQLiteTable, Map<string, Prepared>>>();

/**
 * Returns the ID of the row. What is null or left out gets its column's default; no nullable column of ours has one
 * that is not null.
 */
export function insertRow<Table extends SQLiteTable>(
  db: BetterSQLite3Database,
  table: Table,
  row: Table['$inferInsert'],
): number {
  const given: Record<string, unknown> = {};
  // A placeholder for null would be written as the column's type writes things: JSON as the text "null".
  for (const [key, value] of Object.entries(row)) if (value !== null && value !== undefined) given[key] = value;
  const columns = Object.keys(given);
  const shape = columns.join();
  const shapes = shapesOf(db, table);
  const insert = shapes.get(shape) ?? prepare(db, table, columns);
  shapes.set(shape, insert);
  return insert(given);
}

function shapesOf(db: BetterSQLite3Database, table: SQLiteTable): Map<string, Prepared> {
  const tables = prepared.get(db) ?? new Map<SQLiteTable, Map<string, Prepared>>();
  prepared.set(db, tables);
  const shapes = tables.get(table) ?? new Map<string, Prepared>();
  tables.set(table, shapes);
  return shapes;
}

function prepare(db: BetterSQLite3Database, table: SQLiteTable, columns: readonly string[]): Prepared {
  const values = Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)]));
  const statement = db.insert(table).values(values).prepare();
  return (row) => Number(statement.run(row).lastInsertRowid);
}
