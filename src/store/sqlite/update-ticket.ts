/**
 * Changes a ticket with a statement that is prepared once for each set of columns, as `insertRow` does. Values go to SQLite
 * as they are: no column of a ticket is stored in another form than it has here.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { prepared } from './prepared.ts';
import { tickets } from './schema.ts';

type Change = Partial<typeof tickets.$inferInsert>;
type Run = (row: Record<string, unknown>) => void;

const statements = prepared(() => new Map<string, Run>());

/** `row`: `tickets.id`. What is left out stays as it is; `null` is written. */
export function updateTicket(db: BetterSQLite3Database, row: number, change: Change): void {
  const columns = Object.entries(change).filter(([, value]) => value !== undefined);
  // A placeholder for null would be written as the column's type writes things: which columns become null is a shape too.
  const shape = columns.map(([name, value]) => (value === null ? `${name}=null` : name)).join();
  const shapes = statements(db);
  const run = shapes.get(shape) ?? prepareUpdate(db, columns);
  shapes.set(shape, run);
  run({ row, ...Object.fromEntries(columns) });
}

function prepareUpdate(db: BetterSQLite3Database, columns: readonly (readonly [string, unknown])[]): Run {
  const values: Record<string, SQL | null> = Object.fromEntries(
    columns.map(([name, value]) => [name, value === null ? null : sql`${sql.placeholder(name)}`]),
  );
  const statement = db
    .update(tickets)
    .set(values)
    .where(eq(tickets.id, sql.placeholder('row')))
    .prepare();
  return (row) => {
    statement.run(row);
  };
}
