/**
 * Writes what is left of one person's rows. Each part is found by the address until it is done, so that an erasure
 * that was cut off goes on where it was. What the rows say afterwards is decided in tickets/erasure.ts.
 */
import { and, eq, inArray, max, ne, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import {
  dataWithout,
  ERASED_TEXT,
  type ErasedPerson,
  erasedBounce,
  erasedExplanation,
  erasedOutgoing,
  erasureNote,
  outgoingWithout,
  withoutAddress,
} from '../../tickets/erasure.ts';
import type { PersonPart, Removed } from '../keeping.ts';
import { freeBlobs } from './blob-rows.ts';
import { removeRaw } from './retention-rows.ts';
import {
  attachments,
  blockedSenders,
  contacts,
  followers,
  intakeRecords,
  messages,
  outbox,
  tickets,
} from './schema.ts';

type Db = BetterSQLite3Database;

export function erasePart(db: Db, person: ErasedPerson, part: PersonPart, now: number): Removed {
  const ids = [...part.ids];
  switch (part.kind) {
    case 'contacts':
      db.delete(contacts).where(inArray(contacts.id, ids)).run();
      db.delete(blockedSenders).where(eq(blockedSenders.address, person.address)).run();
      db.delete(followers).where(eq(followers.address, person.address)).run();
      return nothingFreed(ids);
    case 'tickets':
      db.update(tickets)
        .set({
          opener: person.placeholder,
          openerName: person.label,
          subject: ERASED_TEXT,
          subjectHash: null,
          // Nobody is there any more to be told of what becomes of it.
          clientWroteAt: null,
        })
        .where(and(inArray(tickets.id, ids), eq(tickets.opener, person.address)))
        .run();
      return nothingFreed(ids);
    case 'messages':
      return eraseMessages(db, person, ids);
    case 'mentions':
      for (const id of ids) eraseMention(db, person, id);
      return nothingFreed(ids);
    case 'mails':
      for (const id of ids) eraseMail(db, person, id);
      return removeRaw(db, inArray(intakeRecords.id, ids));
    case 'recordsNaming':
      for (const id of ids) cleanRecord(db, person, id);
      return nothingFreed(ids);
    case 'outbox':
    case 'outboxNaming':
      for (const id of ids) eraseOutgoing(db, person, part, id, now);
      return nothingFreed(ids);
    default:
      return part satisfies never;
  }
}

function nothingFreed(ids: readonly number[]): Removed {
  return { rows: ids.length, bytes: 0, blobs: [] };
}

function eraseMessages(db: Db, person: ErasedPerson, ids: number[]): Removed {
  db.update(messages)
    .set({
      authorAddress: person.placeholder,
      authorName: person.label,
      messageId: null,
      fingerprintStart: null,
      text: ERASED_TEXT,
      html: null,
      visibleRanges: null,
      cutRule: null,
      cutConfidence: null,
    })
    .where(inArray(messages.id, ids))
    .run();
  const files = db
    .delete(attachments)
    .where(inArray(attachments.messageId, ids))
    .returning({ sha256: attachments.sha256, size: attachments.size })
    .all();
  const freed = freeBlobs(
    db,
    files.map(({ sha256 }) => sha256),
  );
  return { rows: ids.length, bytes: files.reduce((sum, { size }) => sum + size, 0), blobs: freed };
}

/** The words of others stay, without the address. */
function eraseMention(db: Db, person: ErasedPerson, id: number): void {
  const row = db.select().from(messages).where(eq(messages.id, id)).get();
  if (row === undefined) return;
  const moved = (offset: number) => withoutAddress(row.text.slice(0, offset), person).length;
  db.update(messages)
    .set({
      text: withoutAddress(row.text, person),
      html: row.html === null ? null : withoutAddress(row.html, person),
      visibleRanges: row.visibleRanges?.map(([start, end]) => [moved(start), moved(end)] as const) ?? null,
    })
    .where(eq(messages.id, id))
    .run();
}

function eraseMail(db: Db, person: ErasedPerson, id: number): void {
  const row = db.select().from(intakeRecords).where(eq(intakeRecords.id, id)).get();
  if (row === undefined) return;
  // A report about a mail to the person comes from somebody else.
  const isOwn = row.sender === null || row.sender === person.address;
  const explanation = erasedExplanation(row.explanation, person);
  db.update(intakeRecords)
    .set({
      sender: isOwn ? person.placeholder : row.sender,
      mailFrom: isOwn && row.mailFrom !== '' ? person.placeholder : row.mailFrom,
      ip: null,
      helo: null,
      subject: ERASED_TEXT,
      messageId: '',
      fingerprint: '',
      explanation: isOwn ? explanation : { ...explanation, from: row.explanation.from },
    })
    .where(eq(intakeRecords.id, id))
    .run();
}

function cleanRecord(db: Db, person: ErasedPerson, id: number): void {
  const row = db
    .select({ record: intakeRecords, opener: tickets.opener })
    .from(intakeRecords)
    .leftJoin(tickets, eq(tickets.id, intakeRecords.ticketId))
    .where(eq(intakeRecords.id, id))
    .get();
  if (row === undefined) return;
  const { record, opener } = row;
  const theirs = opener === person.address || opener === person.placeholder;
  const explanation = dataWithout(record.explanation, person);
  const subject = theirs ? ERASED_TEXT : withoutAddress(record.subject, person);
  db.update(intakeRecords)
    .set({
      mailFrom: withoutAddress(record.mailFrom, person),
      subject,
      explanation: theirs ? { ...explanation, subject } : explanation,
    })
    .where(eq(intakeRecords.id, id))
    .run();
}

/** Of one that the worker holds nothing is changed: it would write its answer into the row afterwards. */
function eraseOutgoing(
  db: Db,
  person: ErasedPerson,
  part: Extract<PersonPart, { readonly opened: readonly string[] }>,
  id: number,
  now: number,
): void {
  const row = db
    .select({ recipient: outbox.recipient, mail: outbox.mail, bounce: outbox.bounce, state: outbox.state })
    .from(outbox)
    .where(and(eq(outbox.id, id), ne(outbox.state, 'sending')))
    .get();
  if (row === undefined) return;
  if (part.kind === 'outboxNaming') {
    // A mail to the person, by an erasure that was cut off.
    if (row.recipient === person.placeholder) return;
    const mail = dataWithout(outgoingWithout(row.mail, new Set(part.opened), person), person);
    db.update(outbox).set({ mail, rendered: null }).where(eq(outbox.id, id)).run();
    return;
  }
  const waits = row.state === 'queued' || row.state === 'failed';
  db.update(outbox)
    .set({
      recipient: person.placeholder,
      strangerDomain: null,
      mail: dataWithout(erasedOutgoing(row.mail, person), person),
      rendered: null,
      lastError: null,
      bounce: erasedBounce(row.bounce),
      ...(waits ? { state: 'cancelled' as const, finishedAt: sql`coalesce(${outbox.finishedAt}, ${now})` } : {}),
    })
    .where(eq(outbox.id, id))
    .run();
}

export function noteErasure(
  db: Db,
  person: ErasedPerson,
  ticketRows: readonly number[],
  text: string,
  now: number,
): void {
  for (const ticketId of ticketRows) {
    if (isNoted(db, person, ticketId)) continue;
    db.insert(messages)
      .values({ ticketId, author: 'system', visibility: 'note', verified: true, text, createdAt: now })
      .run();
  }
}

/** By an erasure that was cut off afterwards. */
function isNoted(db: Db, person: ErasedPerson, ticketId: number): boolean {
  const newest = (which: SQL | undefined) =>
    db
      .select({ id: max(messages.id) })
      .from(messages)
      .where(and(eq(messages.ticketId, ticketId), which))
      .get()?.id ?? 0;
  const note = and(eq(messages.author, 'system'), sql`instr(${messages.text}, ${erasureNote(person)}) = 1`);
  return newest(note) > newest(eq(messages.authorAddress, person.address));
}
