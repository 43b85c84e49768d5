/**
 * Tickets, mails and the outbox as people look at them. Reading only.
 */
import { and, asc, desc, eq, gte, inArray, isNotNull, min, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { displayNames } from '../../mail/file-name.ts';
import { visibleText } from '../../mail/visible-reply.ts';
import type {
  MailDetail,
  MailFilter,
  MailPage,
  MailSummary,
  OutboxDetail,
  OutboxState,
  OutboxSummary,
  Page,
  PagedMail,
  RawMail,
  TicketDetail,
  TicketFilter,
  TicketMessage,
  TicketSummary,
} from '../store.ts';
import { withMerged } from './desk-facts.ts';
import { outboxColumns, outboxSummaryColumns } from './outbox-columns.ts';
import {
  accounts,
  attachments,
  blobs,
  followers,
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
  assignee: tickets.assignee,
  account: accounts.number,
  opener: tickets.opener,
  subject: tickets.subject,
  messages: sql<number>`(select count(*) from ${messages} where ${messages.ticketId} in (select ${tickets.id} union all select part.id from tickets as part where part.merged_into_id = ${tickets.id}) and ${messages.author} <> 'system')`,
  createdAt: tickets.createdAt,
  lastMessageAt: tickets.lastMessageAt,
  statusChangedAt: tickets.statusChangedAt,
};

/** High before low; among those that wait the one that has waited longest, of those that are done the newest. */
const queueOrder = [
  sql`case ${tickets.status} when 'open' then 0 when 'pending' then 1 when 'resolved' then 2 else 3 end`,
  sql`case ${tickets.priority} when 'high' then 0 when 'normal' then 1 else 2 end`,
  sql`case when ${tickets.status} in ('open', 'pending') then ${tickets.statusChangedAt} else -${tickets.statusChangedAt} end`,
  asc(tickets.id),
];

export function listTickets(
  db: BetterSQLite3Database,
  filter: TicketFilter & { readonly rowIds?: readonly number[] },
): TicketSummary[] {
  const conditions: SQL[] = [];
  if (filter.status !== undefined) conditions.push(eq(tickets.status, filter.status));
  if (filter.department !== undefined) conditions.push(eq(tickets.department, filter.department));
  if (filter.assignee !== undefined) conditions.push(eq(tickets.assignee, filter.assignee));
  if (filter.rowIds !== undefined) conditions.push(inArray(tickets.id, [...filter.rowIds]));
  return db
    .select(ticketSummary)
    .from(tickets)
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .where(and(...conditions))
    .orderBy(...(filter.inQueueOrder === true ? queueOrder : [desc(tickets.id)]))
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
      legacyId: tickets.legacyId,
      continuesId: tickets.continuesId,
      mergedIntoId: tickets.mergedIntoId,
      splitFromId: tickets.splitFromId,
    })
    .from(tickets)
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .leftJoin(services, eq(services.id, tickets.serviceId))
    .where(eq(tickets.publicId, publicId))
    .get();
  if (found === undefined) return null;
  const { rowId, continuesId, mergedIntoId, splitFromId, ...ticket } = found;
  const idsOf = (which: SQL) =>
    db
      .select({ id: tickets.publicId })
      .from(tickets)
      .where(which)
      .orderBy(asc(tickets.id))
      .all()
      .map(({ id }) => id);
  const idOf = (row: number | null) => (row === null ? null : (idsOf(eq(tickets.id, row))[0] ?? null));
  const rows = withMerged(db, rowId);
  return {
    ...ticket,
    continues: idOf(continuesId),
    mergedInto: idOf(mergedIntoId),
    merged: idsOf(eq(tickets.mergedIntoId, rowId)),
    splitFrom: idOf(splitFromId),
    splitOff: idsOf(eq(tickets.splitFromId, rowId)),
    followers: db
      .selectDistinct({ address: followers.address })
      .from(followers)
      .where(and(inArray(followers.ticketId, rows), eq(followers.follows, true)))
      .orderBy(asc(followers.address))
      .all()
      .map(({ address }) => address),
    thread: threadOf(db, rows),
    mails: db
      .select(outboxSummaryColumns)
      .from(outbox)
      .leftJoin(tickets, eq(tickets.id, outbox.ticketId))
      .where(inArray(outbox.ticketId, rows))
      .orderBy(asc(outbox.id))
      .all(),
  };
}

function threadOf(db: BetterSQLite3Database, ticketRows: readonly number[]): TicketMessage[] {
  const ofTicket = inArray(messages.ticketId, [...ticketRows]);
  const rows = db
    .select({ message: messages, reference: intakeRecords.reference, ticket: tickets.publicId })
    .from(messages)
    .innerJoin(tickets, eq(tickets.id, messages.ticketId))
    .leftJoin(intakeRecords, eq(intakeRecords.id, messages.intakeId))
    .where(ofTicket)
    .orderBy(asc(messages.createdAt), asc(messages.id))
    .all();
  const files = db
    .select({ file: attachments })
    .from(attachments)
    .innerJoin(messages, eq(messages.id, attachments.messageId))
    .where(ofTicket)
    .orderBy(asc(attachments.messageId), asc(attachments.position))
    .all();
  return rows.map(({ message, reference, ticket }) => ({
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
    visibleText:
      message.visibleRanges === null
        ? message.text
        : visibleText(message.text, { visible: message.visibleRanges, rule: 'none', confidence: 1 }),
    mail: reference,
    attachments: filesOf(files.flatMap(({ file }) => (file.messageId === message.id ? [file] : []))),
  }));
}

function filesOf(rows: readonly (typeof attachments.$inferSelect)[]): TicketMessage['attachments'] {
  const names = displayNames(rows);
  return rows.map(({ filename, contentType, size, sha256, inline, contentId, risky }, index) => ({
    name: names[index] ?? '',
    filename,
    contentType,
    size,
    sha256,
    inline,
    contentId,
    risky,
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

const mailDetail = {
  ...mailSummary,
  mailFrom: intakeRecords.mailFrom,
  ip: intakeRecords.ip,
  helo: intakeRecords.helo,
  messageId: intakeRecords.messageId,
  explanation: intakeRecords.explanation,
};

const pagedMail = { ...mailDetail, row: intakeRecords.id };

/** By the row: several mails may come in one millisecond, and retention may have removed the one that is named. */
export function pageMails(db: BetterSQLite3Database, { since, after, limit }: MailPage): PagedMail[] {
  const from = after === null ? firstSince(db, since) : after + 1;
  if (from === null) return [];
  return db
    .select(pagedMail)
    .from(intakeRecords)
    .leftJoin(tickets, eq(tickets.id, intakeRecords.ticketId))
    .where(and(gte(intakeRecords.id, from), gte(intakeRecords.receivedAt, since)))
    .orderBy(asc(intakeRecords.id))
    .limit(limit)
    .all();
}

/** The first row of what came since. Of all verdicts, which are named because the times are indexed by verdict. */
function firstSince(db: BetterSQLite3Database, since: number): number | null {
  const { verdict, receivedAt, id } = intakeRecords;
  const row = db
    .select({ id: min(id) })
    .from(intakeRecords)
    .where(and(inArray(verdict, verdict.enumValues), gte(receivedAt, since)))
    .get();
  return row?.id ?? null;
}

export function lastMails(db: BetterSQLite3Database, { limit }: Page): PagedMail[] {
  return db
    .select(pagedMail)
    .from(intakeRecords)
    .leftJoin(tickets, eq(tickets.id, intakeRecords.ticketId))
    .orderBy(desc(intakeRecords.id))
    .limit(limit)
    .all()
    .reverse();
}

export function findMail(db: BetterSQLite3Database, reference: string): MailDetail | null {
  const found = db
    .select(mailDetail)
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
