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
  const { columns, statements, table: name } = insertsOf(db, table);
  const given: Record<string, unknown> = row;
  const values: unknown[] = [];
  let shape = 0;
  for (let index = 0; index < columns.length; index += 1) {
    const [key, column] = columns[index] as readonly [string, Column];
    const value = given[key];
    if (value === null || value === undefined) continue;
    shape += 2 ** index;
    values.push(column.mapToDriverValue(value));
  }
  let statement = statements.get(shape);
  if (statement === undefined) {
    const names = columns.filter((_, index) => Math.floor(shape / 2 ** index) % 2 === 1).map(([, { name }]) => name);
    statement = clientOf(db).prepare(
      `insert into "${name}" (${names.map((one) => `"${one}"`).join(', ')}) values (${names.map(() => '?').join(', ')})`,
    );
    statements.set(shape, statement);
  }
  return Number(statement.run(values).lastInsertRowid);
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
