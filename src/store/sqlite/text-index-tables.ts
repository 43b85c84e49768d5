/** What is in the file of the full-text index, and whether it is the index of the database beside it. */
import type Database from 'better-sqlite3';

/** What a connection to the index calls the database that is attached to it. */
export const DATABASE = 'desk';

/** How far the index has come. */
export interface Progress {
  readonly ticketId: number;
  readonly messageId: number;
  readonly changeId: number;
  /** Of the newest rows that were indexed: whether this is the index of this database (`isIndexOf`). */
  readonly ticketKey: string | null;
  readonly messageAt: number | null;
}

export const PROGRESS =
  'select ticket_id as ticketId, message_id as messageId, change_id as changeId, ticket_key as ticketKey, message_at as messageAt from progress';

/** Of the tables below. A file with another number is made anew. */
const VERSION = 1;
/** "Taqs", for whoever finds the file. */
const APPLICATION = 0x54617173;

/**
 * Where there is none that fits an empty one, and what was in another is gone. "espana" finds "España". What is made and
 * dropped is named with `main`: a name alone could be meant for the database beside it.
 */
export function makeTextIndex(sqlite: Database.Database, how: 'if-needed' | 'anew' = 'if-needed'): void {
  const tables = [
    ['tickets_text', 'subject'],
    ['messages_text', 'text'],
  ].flatMap(([table, column]) => [
    `drop table if exists main.${table};`,
    // The texts themselves are in the database, and nobody asks how long they are.
    `create virtual table main.${table} using fts5(${column}, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');`,
    // Words of a text that is erased leave the index at once, not when its parts are merged one day.
    `insert into ${table}(${table}, rank) values ('secure-delete', 1);`,
    // Each piece is a segment; twelve of a size become one, not four: a word is written anew less often, and a search
    // looks at a few dozen segments. Crisis merges do all of it at once.
    `insert into ${table}(${table}, rank) values ('automerge', 12), ('crisismerge', 48);`,
  ]);
  sqlite.transaction(() => {
    // Takes the lock, so that of two who begin at the same moment the second finds what the first has made.
    sqlite.pragma(`main.application_id = ${APPLICATION}`);
    if (how === 'if-needed' && isIndexOf(sqlite) && knowsAllChanges(sqlite)) return;
    sqlite.exec(
      [
        ...tables,
        'drop table if exists main.progress;',
        'create table main.progress (ticket_id integer not null, message_id integer not null, change_id integer not null, ticket_key text, message_at integer);',
        // Rows that changed before are read as they are now.
        `insert into main.progress select 0, 0, coalesce((select seq from ${DATABASE}.sqlite_sequence where name = 'text_changes'), 0), null, null;`,
        `pragma main.user_version = ${VERSION};`,
      ].join('\n'),
    );
  })();
}

/**
 * False where the index was made for another state of the database, as when an older copy of it was put in its place: then
 * the index knows rows that the database has not given a number to yet, or given to others.
 */
export function isIndexOf(sqlite: Database.Database): boolean {
  if (Number(sqlite.pragma('main.user_version', { simple: true })) !== VERSION) return false;
  const known = sqlite.prepare<[], Progress>(PROGRESS).get();
  if (known === undefined) return false;
  const last = sqlite.prepare<[string], number>(`select seq from ${DATABASE}.sqlite_sequence where name = ?`).pluck();
  const ahead = (table: string, id: number) => id > (last.get(table) ?? 0);
  if (ahead('tickets', known.ticketId) || ahead('messages', known.messageId) || ahead('text_changes', known.changeId))
    return false;
  const ticketKey = sqlite.prepare('select public_id from tickets where id = ?').pluck().get(known.ticketId);
  const messageAt = sqlite.prepare('select created_at from messages where id = ?').pluck().get(known.messageId);
  return (
    (ticketKey === undefined || ticketKey === known.ticketKey) &&
    (messageAt === undefined || messageAt === known.messageAt)
  );
}

/**
 * False where changes were forgotten that this index has never done: an older index was put beside the database. Changes
 * are numbered without gaps, and go when the index has done them. Asked with the index's lock held.
 */
function knowsAllChanges(sqlite: Database.Database): boolean {
  const gone = `select coalesce((select seq from ${DATABASE}.sqlite_sequence where name = 'text_changes'), 0) - change_id
    - (select count(*) from text_changes where id > change_id) from progress`;
  return sqlite.prepare(gone).pluck().get() === 0;
}
