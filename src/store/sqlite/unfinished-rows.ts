/** Which departments still have something to do: asked before a reload of the config may drop one. */
import { and, asc, count, inArray, isNull } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { UnfinishedTickets } from '../store.ts';
import { tickets } from './schema.ts';

export function countUnfinished(db: BetterSQLite3Database): UnfinishedTickets[] {
  return db
    .select({ department: tickets.department, tickets: count() })
    .from(tickets)
    .where(and(inArray(tickets.status, ['open', 'pending', 'resolved']), isNull(tickets.mergedIntoId)))
    .groupBy(tickets.department)
    .orderBy(asc(tickets.department))
    .all();
}
