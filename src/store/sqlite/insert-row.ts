/**
 * Inserts one row with a statement that is compiled once for each set of columns. Drizzle says which columns there are
 * and how a value is written; its own prepared insert asks that again of every value of every row, which costs more
 * than what SQLite does.
 */
import type Database from 'better-sqlite3';
import { type Column, getTableColumns, getTableName } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** A table as its inserts need it. */
interface Inserts {
  readonly table: string;
  readonly columns: readonly (readonly [key: string, column: Column])[];
  /** By which columns are given: one bit each. */
  readonly statements: Map<number, Database.Statement>;
}

const inserts = new WeakMap<BetterSQLite3Database, Map<SQLiteTable, Inserts>>();

/**
 * Returns the ID of the row. What is null or left out gets its column's default; no nullable column of ours has one
 * that is not null.
 */
export function insertRow<Table extends SQLiteTable>(
  db: BetterSQLite3Database,
  table: Table,
  row: Table['$inferInsert'],
): number {
  const { table: name, columns, statements } = insertsOf(db, table);
  const given: Record<string, unknown> = row;
  const values: unknown[] = [];
  let shape = 0;
  let bit = 1;
  for (const [key, column] of columns) {
    const value = given[key];
    if (value !== null && value !== undefined) {
      shape += bit;
      values.push(column.mapToDriverValue(value));
    }
    bit *= 2;
  }
  let statement = statements.get(shape);
  if (statement === undefined) {
    const names = columns.filter(([key]) => given[key] !== null && given[key] !== undefined).map(quotedName);
    const into = `insert into "${name}" (${names.join(', ')})`;
    statement = clientOf(db).prepare(`${into} values (${names.map(() => '?').join(', ')})`);
    statements.set(shape, statement);
  }
  return Number(statement.run(values).lastInsertRowid);
}

function quotedName([, { name }]: Inserts['columns'][number]): string {
  return `"${name}"`;
}

function insertsOf(db: BetterSQLite3Database, table: SQLiteTable): Inserts {
  const tables = inserts.get(db) ?? new Map<SQLiteTable, Inserts>();
  inserts.set(db, tables);
  const known = tables.get(table);
  if (known !== undefined) return known;
  const made = { table: getTableName(table), columns: Object.entries(getTableColumns(table)), statements: new Map() };
  tables.set(table, made);
  return made;
}

/** The connection below: drizzle's types know of it only where it is opened. */
function clientOf(db: BetterSQLite3Database): Database.Database {
  return (db as BetterSQLite3Database & { readonly $client: Database.Database }).$client;
}
