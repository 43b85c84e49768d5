/** What the full-text index (text-index.ts) is asked, together with the database beside it. */
import type Database from 'better-sqlite3';
import type { SearchTerm } from '../../tickets/search-terms.ts';

/** A ticket is found when each word stands somewhere on it; words on a merged one count for the one it was merged into. */
const TICKETS_WITH = `select * from (
  select coalesce(merged_into_id, id) as id from tickets where id in (select rowid from tickets_text where tickets_text match ?)
  union
  select coalesce(merged_into_id, tickets.id) from messages join tickets on tickets.id = messages.ticket_id
    where messages.id in (select rowid from messages_text where messages_text match ?))`;

/** Row IDs of the tickets, newest first. */
export function searchTickets(sqlite: Database.Database, terms: readonly SearchTerm[], limit: number): number[] {
  if (terms.length === 0) return [];
  const each = terms.map(() => TICKETS_WITH).join(' intersect ');
  const words = terms.map(ftsString);
  return sqlite
    .prepare<string[], number>(`select id from (${each}) order by id desc limit ${Math.trunc(limit)}`)
    .pluck()
    .all(...words.flatMap((word) => [word, word]));
}

/** As a string of FTS5 everything that was typed is text: no operator, no column name, no syntax error. */
function ftsString({ text, prefix }: SearchTerm): string {
  return `"${text.replaceAll('"', '""')}"${prefix ? '*' : ''}`;
}

/** Messages that a search does not find yet. */
export function messagesBehind(sqlite: Database.Database): number {
  const behind = 'select count(*) from messages where id > (select message_id from progress)';
  return Number(sqlite.prepare(behind).pluck().get());
}
