/**
 * Tickets, mails and the outbox as people look at them. Reading only.
 */
import { and, asc, desc, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { visibleText } from '../../mail/visible-reply.ts';
import type { TicketStatus } from '../../tickets/model.ts';
import type {
  MailDetail,
  MailFilter,
  MailSummary,
  OutboxDetail,
  OutboxState,
  OutboxSummary,
  Page,
  RawMail,
  TicketDetail,
  TicketMessage,
  TicketSummary,
} from '../store.ts';
import { outboxColumns, outboxSummaryColumns } from './outbox-columns.ts';
import {
  accounts,
  attachments,
  blobs,
  intakeRecords,
  messages,
  outbox,
  rawMails,
  services,
  tickets,
} from './schema.ts';

const ticketSummary = {
  id: tickets.publicId,
  status: tickets.status,
  priority: tickets.priority,
  department: tickets.department,
  account: accounts.number,
  opener: tickets.opener,
  subject: tickets.subject,
  messages: sql<number>`(select count(*) from ${messages} where ${messages.ticketId} = ${tickets.id} and ${messages.author} <> 'system')`,
  createdAt: tickets.createdAt,
  lastMessageAt: tickets.lastMessageAt,
};

export function listTickets(
  db: BetterSQLite3Database,
  filter: Page & { readonly status?: TicketStatus; readonly rowIds?: readonly number[] },
): TicketSummary[] {
  const conditions: SQL[] = [];
  if (filter.status !== undefined) conditions.push(eq(tickets.status, filter.status));
  if (filter.rowIds !== undefined) conditions.push(inArray(tickets.id, [...filter.rowIds]));
  return db
    .select(ticketSummary)
    .from(tickets)
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .where(and(...conditions))
    .orderBy(desc(tickets.id))
    .limit(filter.limit)
    .all();
}

export function findTicket(db: BetterSQLite3Database, publicId: string): TicketDetail | null {
  const found = db
    .select({
      ...ticketSummary,
      rowId: tickets.id,
      language: tickets.language,
      mailbox: tickets.mailbox,
      service: services.name,
      continuesId: tickets.continuesId,
    })
    .from(tickets)
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .leftJoin(services, eq(services.id, tickets.serviceId))
    .where(eq(tickets.publicId, publicId))
    .get();
  if (found === undefined) return null;
  const { rowId, continuesId, ...ticket } = found;
  const continues =
    continuesId === null
      ? undefined
      : db.select({ id: tickets.publicId }).from(tickets).where(eq(tickets.id, continuesId)).get();
  return {
    ...ticket,
    continues: continues?.id ?? null,
    thread: threadOf(db, rowId),
    mails: db
      .select(outboxSummaryColumns)
      .from(outbox)
      .leftJoin(tickets, eq(tickets.id, outbox.ticketId))
      .where(eq(outbox.ticketId, rowId))
      .orderBy(asc(outbox.id))
      .all(),
  };
}

function threadOf(db: BetterSQLite3Database, ticketRow: number): TicketMessage[] {
  const rows = db
    .select({ message: messages, reference: intakeRecords.reference })
    .from(messages)
    .leftJoin(intakeRecords, eq(intakeRecords.id, messages.intakeId))
    .where(eq(messages.ticketId, ticketRow))
    .orderBy(asc(messages.id))
    .all();
  const files = db
    .select({ file: attachments })
    .from(attachments)
    .innerJoin(messages, eq(messages.id, attachments.messageId))
    .where(eq(messages.ticketId, ticketRow))
    .orderBy(asc(attachments.messageId), asc(attachments.position))
    .all();
  return rows.map(({ message, reference }) => ({
    at: message.createdAt,
    author: message.author,
    visibility: message.visibility,
    address: message.authorAddress,
    name: message.authorName,
    verified: message.verified,
    text: message.text,
    visibleText:
      message.visibleRanges === null
        ? message.text
        : visibleText(message.text, { visible: message.visibleRanges, rule: 'none', confidence: 1 }),
    mail: reference,
    attachments: files
      .filter(({ file }) => file.messageId === message.id)
      .map(({ file }) => ({
        filename: file.filename,
        contentType: file.contentType,
        size: file.size,
        sha256: file.sha256,
        inline: file.inline,
      })),
  }));
}

const mailSummary = {
  reference: intakeRecords.reference,
  receivedAt: intakeRecords.receivedAt,
  verdict: intakeRecords.verdict,
  reason: intakeRecords.reason,
  sender: intakeRecords.sender,
  recipients: intakeRecords.recipients,
  subject: intakeRecords.subject,
  ticket: tickets.publicId,
  wouldRefuse: intakeRecords.wouldRefuse,
  size: intakeRecords.size,
};

export function listMails(db: BetterSQLite3Database, filter: MailFilter): MailSummary[] {
  const conditions: SQL[] = [];
  if (filter.verdict !== undefined) conditions.push(eq(intakeRecords.verdict, filter.verdict));
  if (filter.wouldRefuse === true) conditions.push(isNotNull(intakeRecords.wouldRefuse));
  return db
    .select(mailSummary)
    .from(intakeRecords)
    .leftJoin(tickets, eq(tickets.id, intakeRecords.ticketId))
    .where(and(...conditions))
    .orderBy(desc(intakeRecords.id))
    .limit(filter.limit)
    .all();
}

export function findMail(db: BetterSQLite3Database, reference: string): MailDetail | null {
  const found = db
    .select({
      ...mailSummary,
      mailFrom: intakeRecords.mailFrom,
      ip: intakeRecords.ip,
      helo: intakeRecords.helo,
      messageId: intakeRecords.messageId,
      explanation: intakeRecords.explanation,
    })
    .from(intakeRecords)
    .leftJoin(tickets, eq(tickets.id, intakeRecords.ticketId))
    .where(eq(intakeRecords.reference, reference))
    .get();
  return found ?? null;
}

/** The row of a mail and the ticket that it made or joined. */
export function findRecord(
  db: BetterSQLite3Database,
  reference: string,
): { intakeId: number; ticket: string | null } | null {
  const found = db
    .select({ intakeId: intakeRecords.id, ticket: tickets.publicId })
    .from(intakeRecords)
    .leftJoin(tickets, eq(tickets.id, intakeRecords.ticketId))
    .where(eq(intakeRecords.reference, reference))
    .get();
  return found ?? null;
}

export function findRawMail(db: BetterSQLite3Database, reference: string): RawMail | null {
  const found = db
    .select({ bytes: rawMails.bytes, sha256: intakeRecords.rawSha256, size: blobs.size })
    .from(intakeRecords)
    .leftJoin(rawMails, eq(rawMails.intakeId, intakeRecords.id))
    .leftJoin(blobs, eq(blobs.sha256, intakeRecords.rawSha256))
    .where(eq(intakeRecords.reference, reference))
    .get();
  if (found === undefined) return null;
  if (found.bytes !== null) return { inline: found.bytes };
  return found.sha256 === null || found.size === null ? null : { blob: { sha256: found.sha256, size: found.size } };
}

export function listOutbox(
  db: BetterSQLite3Database,
  filter: Page & { readonly state?: OutboxState },
): OutboxSummary[] {
  return db
    .select(outboxSummaryColumns)
    .from(outbox)
    .leftJoin(tickets, eq(tickets.id, outbox.ticketId))
    .where(filter.state === undefined ? undefined : eq(outbox.state, filter.state))
    .orderBy(desc(outbox.id))
    .limit(filter.limit)
    .all();
}

export function findOutgoing(db: BetterSQLite3Database, id: number): OutboxDetail | null {
  const found = db
    .select(outboxColumns)
    .from(outbox)
    .leftJoin(tickets, eq(tickets.id, outbox.ticketId))
    .where(eq(outbox.id, id))
    .get();
  return found ?? null;
}
