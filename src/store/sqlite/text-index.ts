/**
 * The full-text index over subjects and messages (SQLite FTS5). It has a file of its own (text-index-file.ts), so that a
 * mail's transaction neither writes nor waits for it; the texts stay in the database. What is new is indexed together, in
 * pieces: one by one SQLite would write out a part of the index for every row and merge the parts later.
 *
 * New is what has a higher ID than the newest indexed row, changed is what `text_changes` notes (text-changes.sql). How
 * far the index is stands in its file and changes with it, so a crash loses nothing: whoever comes next goes on there.
 */
import type Database from 'better-sqlite3';
import type { SearchTerm } from '../../tickets/search-terms.ts';

/** What a connection to the index calls the database that is attached to it. */
export const DATABASE = 'desk';

export interface Piece {
  /** There may be more to do at once. */
  readonly more: boolean;
  /** Rows of `text_changes` up to this one are done, and that they are is on the disk. */
  readonly changesDone: number;
}

/** What one transaction adds. It is copied aside first, because a reader of the database stands in the way of its checkpoints. */
const MAX_ROWS = 500;
const MAX_BYTES = 4 * 1024 * 1024;

interface Progress {
  readonly ticketId: number;
  readonly messageId: number;
  readonly changeId: number;
  /** Of the newest rows that were indexed: whether this is the index of this database (`isOf`). */
  readonly ticketKey: string | null;
  readonly messageAt: number | null;
}

/** A row with a text, without the text. */
interface Row {
  readonly id: number;
  readonly bytes: number;
  readonly mark: string | number;
}

interface Change {
  readonly id: number;
  readonly ticketId: number | null;
  readonly messageId: number | null;
  readonly before: string;
  readonly after: string | null;
  readonly bytes: number;
}

interface Work {
  readonly from: Progress;
  readonly changes: readonly Change[];
  /** The newest of the rows that were copied aside; `null` where there are none. */
  readonly ticket: Row | null;
  readonly message: Row | null;
  readonly more: boolean;
}

export class TextIndex {
  private readonly sqlite: Database.Database;
  private readonly statements: ReturnType<typeof prepare>;

  /** The index is there already (`makeTextIndex`). */
  constructor(sqlite: Database.Database) {
    this.sqlite = sqlite;
    this.statements = prepare(sqlite);
  }

  /** Brings the index nearer to the database by one transaction; throws what SQLite throws. */
  indexSome(): Piece {
    const work = this.sqlite.transaction(() => this.copyAside())();
    const { from, changes, ticket, message } = work;
    if (changes.length === 0 && ticket === null && message === null) return { more: false, changesDone: from.changeId };
    // What was added and is lost with the power is added again; of a change nobody would know any more.
    this.sqlite.pragma(`synchronous = ${changes.length > 0 ? 'FULL' : 'NORMAL'}`);
    const written = this.sqlite.transaction(() => this.write(work))();
    return { more: work.more || !written, changesDone: written ? (changes.at(-1)?.id ?? 0) : 0 };
  }

  private copyAside(): Work {
    const { progress, changesAfter, tickets, messages } = this.statements;
    for (const { clear } of [tickets, messages]) clear.run();
    const from = progress.get();
    if (from === undefined) throw new Error('the full-text index has no row of progress');
    const changes = some(changesAfter.iterate(from.changeId));
    // All changes that are there come before new rows: of what is new the words are read as they are now.
    if (changes.more) return { from, changes: changes.rows, ticket: null, message: null, more: true };
    const newTickets = some(tickets.after.iterate(from.ticketId));
    const newMessages = some(messages.after.iterate(from.messageId));
    const [ticket, message] = [newTickets.rows.at(-1) ?? null, newMessages.rows.at(-1) ?? null];
    if (ticket !== null) tickets.copy.run(from.ticketId, ticket.id);
    if (message !== null) messages.copy.run(from.messageId, message.id);
    return { from, changes: changes.rows, ticket, message, more: newTickets.more || newMessages.more };
  }

  /** False where somebody else has done the same meanwhile. */
  private write({ from, changes, ticket, message }: Work): boolean {
    const { move, tickets, messages } = this.statements;
    const moved = move.run(
      ticket?.id ?? from.ticketId,
      message?.id ?? from.messageId,
      changes.at(-1)?.id ?? from.changeId,
      ticket?.mark ?? from.ticketKey,
      message?.mark ?? from.messageAt,
      from.ticketId,
      from.messageId,
      from.changeId,
    );
    if (moved.changes === 0) return false;
    for (const { ticketId, messageId, before, after } of changes) {
      if (ticketId !== null && ticketId <= from.ticketId) {
        tickets.remove.run(ticketId, before);
        if (after !== null) tickets.add.run(ticketId, after);
      }
      if (messageId !== null && messageId <= from.messageId) {
        messages.remove.run(messageId, before);
        if (after !== null) messages.add.run(messageId, after);
      }
    }
    if (ticket !== null) tickets.addCopied.run();
    if (message !== null) messages.addCopied.run();
    return true;
  }
}

/** As many rows as one transaction takes. */
function some<R extends { readonly bytes: number }>(
  found: IterableIterator<R>,
): { readonly rows: R[]; readonly more: boolean } {
  const rows: R[] = [];
  let bytes = 0;
  for (const row of found) {
    rows.push(row);
    bytes += row.bytes;
    if (rows.length === MAX_ROWS || bytes >= MAX_BYTES) return { rows, more: true };
  }
  return { rows, more: false };
}

const PROGRESS =
  'select ticket_id as ticketId, message_id as messageId, change_id as changeId, ticket_key as ticketKey, message_at as messageAt from progress';

function prepare(sqlite: Database.Database) {
  // Not on the disk, and no object of JavaScript for each text: their bytes would wait for the collector.
  sqlite.pragma('temp_store = MEMORY');
  return {
    progress: sqlite.prepare<[], Progress>(PROGRESS),
    changesAfter: sqlite.prepare<[number], Change>(
      `select id, ticket_id as ticketId, message_id as messageId, before, after, octet_length(before) + coalesce(octet_length(after), 0) as bytes
       from text_changes where id > ? order by id limit ${MAX_ROWS}`,
    ),
    move: sqlite.prepare(
      'update progress set ticket_id = ?, message_id = ?, change_id = ?, ticket_key = ?, message_at = ? where ticket_id = ? and message_id = ? and change_id = ?',
    ),
    tickets: prepareTexts(sqlite, 'tickets', 'subject', 'public_id'),
    messages: prepareTexts(sqlite, 'messages', 'text', 'created_at'),
  };
}

function prepareTexts(sqlite: Database.Database, table: 'tickets' | 'messages', column: string, mark: string) {
  const [index, copied] = [`${table}_text`, `temp.new_${table}`];
  sqlite.exec(`create table ${copied} (id integer primary key, text text not null)`);
  return {
    after: sqlite.prepare<[number], Row>(
      `select id, octet_length(${column}) as bytes, ${mark} as mark from ${table} where id > ? order by id limit ${MAX_ROWS}`,
    ),
    clear: sqlite.prepare(`delete from ${copied}`),
    copy: sqlite.prepare(`insert into ${copied} select id, ${column} from ${table} where id > ? and id <= ?`),
    addCopied: sqlite.prepare(`insert into ${index}(rowid, ${column}) select id, text from ${copied}`),
    add: sqlite.prepare(`insert into ${index}(rowid, ${column}) values (?, ?)`),
    remove: sqlite.prepare(`insert into ${index}(${index}, rowid, ${column}) values ('delete', ?, ?)`),
  };
}

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
