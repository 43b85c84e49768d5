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

/** What one transaction adds: in memory first, because a reader of the database stands in the way of its checkpoints. */
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

interface Row {
  readonly id: number;
  readonly text: Buffer;
  readonly mark: string | number;
}

interface Change {
  readonly id: number;
  readonly ticketId: number | null;
  readonly messageId: number | null;
  readonly before: Buffer;
  readonly after: Buffer | null;
}

interface Work {
  readonly from: Progress;
  readonly changes: readonly Change[];
  readonly tickets: readonly Row[];
  readonly messages: readonly Row[];
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
    const work = this.sqlite.transaction(() => this.readWork())();
    const { from, changes, tickets, messages } = work;
    if (changes.length + tickets.length + messages.length === 0) return { more: false, changesDone: from.changeId };
    // What was added and is lost with the power is added again; of a change nobody would know any more.
    this.sqlite.pragma(`synchronous = ${changes.length > 0 ? 'FULL' : 'NORMAL'}`);
    const written = this.sqlite.transaction(() => this.write(work))();
    return { more: work.more || !written, changesDone: written ? (changes.at(-1)?.id ?? 0) : 0 };
  }

  private readWork(): Work {
    const { progress, changesAfter, ticketsAfter, messagesAfter } = this.statements;
    const from = progress.get();
    if (from === undefined) throw new Error('the full-text index has no row of progress');
    const changes = some(changesAfter.iterate(from.changeId), bytesOfChange);
    // All changes that are there come before new rows: of what is new the words are read as they are now.
    if (changes.more) return { from, changes: changes.rows, tickets: [], messages: [], more: true };
    const tickets = some(ticketsAfter.iterate(from.ticketId), bytesOfRow);
    const messages = some(messagesAfter.iterate(from.messageId), bytesOfRow);
    return {
      from,
      changes: changes.rows,
      tickets: tickets.rows,
      messages: messages.rows,
      more: tickets.more || messages.more,
    };
  }

  /** False where somebody else has done the same meanwhile. */
  private write({ from, changes, tickets, messages }: Work): boolean {
    const { move, addTicket, addMessage, removeTicket, removeMessage } = this.statements;
    const [ticket, message] = [tickets.at(-1), messages.at(-1)];
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
        removeTicket.run(ticketId, before);
        if (after !== null) addTicket.run(ticketId, after);
      }
      if (messageId !== null && messageId <= from.messageId) {
        removeMessage.run(messageId, before);
        if (after !== null) addMessage.run(messageId, after);
      }
    }
    for (const { id, text } of tickets) addTicket.run(id, text);
    for (const { id, text } of messages) addMessage.run(id, text);
    return true;
  }
}

/** As many rows as one transaction takes. */
function some<R>(
  found: IterableIterator<R>,
  bytesOf: (row: R) => number,
): { readonly rows: R[]; readonly more: boolean } {
  const rows: R[] = [];
  let bytes = 0;
  for (const row of found) {
    rows.push(row);
    bytes += bytesOf(row);
    if (rows.length === MAX_ROWS || bytes >= MAX_BYTES) return { rows, more: true };
  }
  return { rows, more: false };
}

const bytesOfRow = ({ text }: Row) => text.length;
const bytesOfChange = ({ before, after }: Change) => before.length + (after?.length ?? 0);

const PROGRESS =
  'select ticket_id as ticketId, message_id as messageId, change_id as changeId, ticket_key as ticketKey, message_at as messageAt from progress';

/** Texts cross as the bytes that they are stored as. */
function prepare(sqlite: Database.Database) {
  return {
    progress: sqlite.prepare<[], Progress>(PROGRESS),
    changesAfter: sqlite.prepare<[number], Change>(
      `select id, ticket_id as ticketId, message_id as messageId, cast(before as blob) as before, cast(after as blob) as after from text_changes where id > ? order by id limit ${MAX_ROWS}`,
    ),
    ticketsAfter: sqlite.prepare<[number], Row>(
      `select id, cast(subject as blob) as text, public_id as mark from tickets where id > ? order by id limit ${MAX_ROWS}`,
    ),
    messagesAfter: sqlite.prepare<[number], Row>(
      `select id, cast(text as blob) as text, created_at as mark from messages where id > ? order by id limit ${MAX_ROWS}`,
    ),
    move: sqlite.prepare(
      'update progress set ticket_id = ?, message_id = ?, change_id = ?, ticket_key = ?, message_at = ? where ticket_id = ? and message_id = ? and change_id = ?',
    ),
    addTicket: sqlite.prepare('insert into tickets_text(rowid, subject) values (?, cast(? as text))'),
    addMessage: sqlite.prepare('insert into messages_text(rowid, text) values (?, cast(? as text))'),
    removeTicket: sqlite.prepare(
      "insert into tickets_text(tickets_text, rowid, subject) values ('delete', ?, cast(? as text))",
    ),
    removeMessage: sqlite.prepare(
      "insert into messages_text(messages_text, rowid, text) values ('delete', ?, cast(? as text))",
    ),
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
export function makeTextIndex(sqlite: Database.Database): void {
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
    if (isIndexOf(sqlite)) return;
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
