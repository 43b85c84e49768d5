/**
 * What stands about one person, for a copy of it and for erasing it. Reads whole tables: for people who ask now and then,
 * in a process of its own, where it holds up nobody.
 */
import { and, asc, eq, gt, isNotNull, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { ERASED_TEXT } from '../../tickets/erasure.ts';
import type { PersonMessage, PersonRows } from '../keeping.ts';
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

/** As `in` for any number of values. */
function oneOf(column: SQLWrapper, ids: readonly number[]): SQL {
  return sql`${column} in (select value from json_each(${JSON.stringify(ids)}))`;
}

export function findPerson(db: Db, address: string): PersonRows {
  const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id);
  const opened = ids(db.select({ id: tickets.id }).from(tickets).where(eq(tickets.opener, address)).all());
  const mails = findMails(db, address);
  const own = db
    .select({ id: messages.id, ticketId: messages.ticketId })
    .from(messages)
    .where(eq(messages.authorAddress, address))
    .all();
  const outgoing = db
    .select({ id: outbox.id, ticketId: outbox.ticketId })
    .from(outbox)
    .where(eq(outbox.recipient, address))
    .all();
  const followed = db.select({ id: followers.ticketId }).from(followers).where(eq(followers.address, address)).all();
  const touched = [
    ...new Set([
      ...opened,
      ...own.map(({ ticketId }) => ticketId),
      ...outgoing.flatMap(({ ticketId }) => ticketId ?? []),
      ...ids(followed),
    ]),
  ].sort((one, other) => one - other);
  const messageIds = ids(own);
  return {
    contacts: ids(db.select({ id: contacts.id }).from(contacts).where(eq(contacts.address, address)).all()),
    blocked: db.select().from(blockedSenders).where(eq(blockedSenders.address, address)).get() !== undefined,
    opened,
    tickets: touched,
    messages: messageIds,
    mentions: ids(findMentions(db, address, touched)),
    mails: ids(mails),
    recordsNaming: ids(findRecordsNaming(db, address, ids(mails), opened)),
    outbox: ids(outgoing),
    outboxNaming: ids(findOutboxNaming(db, address, opened)),
    rawBytes: mails.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    attachments: db
      .select({ position: attachments.position })
      .from(attachments)
      .where(oneOf(attachments.messageId, messageIds))
      .all().length,
  };
}

/** From the person, and reports that mails to it came back. */
function findMails(db: Db, address: string) {
  const unclear = sql`(${intakeRecords.sender} is null and lower(${intakeRecords.mailFrom}) = ${address})`;
  const reported = sql`lower(json_extract(${intakeRecords.explanation}, '$.bounce.recipient')) = ${address}`;
  return db
    .select({ id: intakeRecords.id, bytes: intakeRecords.rawBytes })
    .from(intakeRecords)
    .where(or(eq(intakeRecords.sender, address), unclear, reported))
    .all();
}

function names(column: SQL | typeof messages.text | typeof messages.html, address: string): SQL {
  return sql`instr(lower(${column}), ${address}) > 0`;
}

function findMentions(db: Db, address: string, ticketRows: readonly number[]) {
  return db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        oneOf(messages.ticketId, ticketRows),
        or(sql`${messages.authorAddress} is null`, sql`${messages.authorAddress} <> ${address}`),
        or(names(messages.text, address), names(messages.html, address)),
      ),
    )
    .all();
}

/** Records of others: of their mails on tickets that the person opened (the subject is its own), and whatever names it. */
function findRecordsNaming(db: Db, address: string, own: readonly number[], opened: readonly number[]) {
  const onTheirs = and(oneOf(intakeRecords.ticketId, opened), sql`${intakeRecords.subject} <> ${ERASED_TEXT}`);
  const named = or(
    names(sql`${intakeRecords.explanation}`, address),
    sql`lower(${intakeRecords.mailFrom}) = ${address}`,
    onTheirs,
  );
  return db
    .select({ id: intakeRecords.id })
    .from(intakeRecords)
    .where(and(named, sql`not ${oneOf(intakeRecords.id, own)}`))
    .all();
}

function findOutboxNaming(db: Db, address: string, opened: readonly number[]) {
  const publicIds = JSON.stringify(ticketIds(db, opened));
  const listed = sql`exists (select 1 from json_each(${publicIds}) where instr(${outbox.mail}, '"' || value || '"') > 0)`;
  return db
    .select({ id: outbox.id })
    .from(outbox)
    .where(and(sql`${outbox.recipient} <> ${address}`, or(names(sql`${outbox.mail}`, address), listed)))
    .all();
}

export function ticketIds(db: Db, rows: readonly number[]): string[] {
  return db
    .select({ publicId: tickets.publicId })
    .from(tickets)
    .where(oneOf(tickets.id, rows))
    .orderBy(asc(tickets.id))
    .all()
    .map(({ publicId }) => publicId);
}

export function mailReferences(db: Db, rows: readonly number[]): string[] {
  return db
    .select({ reference: intakeRecords.reference })
    .from(intakeRecords)
    .where(oneOf(intakeRecords.id, rows))
    .orderBy(asc(intakeRecords.id))
    .all()
    .map(({ reference }) => reference);
}

export function pageTicketIds(db: Db, after: string | null, limit: number): string[] {
  const start =
    after === null ? undefined : db.select({ id: tickets.id }).from(tickets).where(eq(tickets.publicId, after)).get();
  return db
    .select({ publicId: tickets.publicId })
    .from(tickets)
    .where(start === undefined ? undefined : gt(tickets.id, start.id))
    .orderBy(asc(tickets.id))
    .limit(limit)
    .all()
    .map(({ publicId }) => publicId);
}

export function readMessages(db: Db, { messages: own, opened }: Pick<PersonRows, 'messages' | 'opened'>) {
  const answers = and(
    oneOf(messages.ticketId, opened),
    eq(messages.author, 'staff'),
    eq(messages.visibility, 'public'),
    isNotNull(messages.authorAddress),
  );
  const rows = db
    .select({ message: messages, ticket: tickets.publicId })
    .from(messages)
    .innerJoin(tickets, eq(tickets.id, messages.ticketId))
    .where(or(oneOf(messages.id, own), answers))
    .orderBy(asc(messages.createdAt), asc(messages.id))
    .all();
  return rows.map(
    ({ message, ticket }): PersonMessage => ({
      id: message.id,
      ticket,
      at: message.createdAt,
      author: message.author,
      visibility: message.visibility,
      address: message.authorAddress,
      name: message.authorName,
      verified: message.verified,
      text: message.text,
      html: message.html,
      attachments: db
        .select({
          filename: attachments.filename,
          contentType: attachments.contentType,
          size: attachments.size,
          sha256: attachments.sha256,
        })
        .from(attachments)
        .where(eq(attachments.messageId, message.id))
        .orderBy(asc(attachments.position))
        .all(),
    }),
  );
}
