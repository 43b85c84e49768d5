/**
 * Full text over subjects and messages (full-text.sql). A ticket is found when each word stands somewhere on it.
 */
import { inArray, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SearchTerm } from '../../tickets/search-terms.ts';
import { messages, tickets } from './schema.ts';

/** Row IDs of the tickets, newest first; the words on a merged ticket count for the one it was merged into. */
export function searchTickets(db: BetterSQLite3Database, terms: readonly SearchTerm[], limit: number): number[] {
  if (terms.length === 0) return [];
  const each = terms.map(ticketsWith);
  return db
    .select({ id: tickets.id })
    .from(tickets)
    .where(inArray(tickets.id, sql`(${sql.join(each, sql` intersect `)})`))
    .orderBy(sql`${tickets.id} desc`)
    .limit(limit)
    .all()
    .map(({ id }) => id);
}

function ticketsWith(term: SearchTerm): SQL {
  const match = ftsString(term);
  const lead = sql`coalesce(${tickets.mergedIntoId}, ${tickets.id})`;
  return sql`select * from (select ${lead} from ${tickets} where ${tickets.id} in (select rowid from tickets_text where tickets_text match ${match}) union select ${lead} from ${messages} join ${tickets} on ${tickets.id} = ${messages.ticketId} where ${messages.id} in (select rowid from messages_text where messages_text match ${match}))`;
}

/** As a string of FTS5 everything that was typed is text: no operator, no column name, no syntax error. */
function ftsString({ text, prefix }: SearchTerm): string {
  return `"${text.replaceAll('"', '""')}"${prefix ? '*' : ''}`;
}
