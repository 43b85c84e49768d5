/**
 * The full-text index over subjects and messages (SQLite FTS5). It has a file of its own (text-index-file.ts), so that a
 * mail's transaction neither writes nor waits for it; the texts stay in the database. What is new is indexed together, in
 * pieces: one by one SQLite would write out a part of the index for every row and merge the parts later.
 *
 * New is what has a higher ID than the newest indexed row, changed is what `text_changes` notes (text-changes.sql). How
 * far the index is stands in its file and changes with it, so a crash loses nothing: whoever comes next goes on there.
 */
import type Database from 'better-sqlite3';
import { PROGRESS, type Progress } from './text-index-tables.ts';

export interface Piece {
  /** There may be more to do at once. */
  readonly more: boolean;
  /** Rows of `text_changes` up to this one are done, and that they are is on the disk. */
  readonly changesDone: number;
}

/** What one transaction adds. It is copied aside first, because a reader of the database stands in the way of its checkpoints. */
const MAX_ROWS = 500;
const MAX_BYTES = 2 * 1024 * 1024;

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

function prepare(sqlite: Database.Database) {
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
  // No object of JavaScript for each text: their bytes would wait for the collector.
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
