/**
 * Loads what has to be known to change a ticket at the desk. Runs inside the transaction that will write the change.
 */
import { and, asc, desc, eq, inArray, isNotNull, max, or, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { alias } from 'drizzle-orm/sqlite-core';
import type { DeskFacts, DeskMessage, DeskRequest, Settings } from '../../tickets/desk-request.ts';
import type { DeskTicket, OpenerIs } from '../../tickets/desk-ticket.ts';
import { contactKeys } from '../../tickets/match-account.ts';
import type { Policy } from '../../tickets/policy.ts';
import type { DeskRules } from '../../tickets/status-mails.ts';
import { candidateIds } from '../../tickets/ticket-id.ts';
import { loadConversation, loadNewest } from './conversation-rows.ts';
import { atMost, inList, prepared } from './prepared.ts';
import { accounts, contacts, messages, services, tickets } from './schema.ts';

const intoTickets = alias(tickets, 'into_ticket');
const selectTicket = (db: BetterSQLite3Database, which: SQL) =>
  db
    .select({
      ticketId: tickets.id,
      publicId: tickets.publicId,
      accountId: tickets.accountId,
      accountNumber: accounts.number,
      opener: tickets.opener,
      openerName: tickets.openerName,
      department: tickets.department,
      mailbox: tickets.mailbox,
      subject: tickets.subject,
      status: tickets.status,
      language: tickets.language,
      closedAt: tickets.closedAt,
      priority: tickets.priority,
      assignee: tickets.assignee,
      service: services.name,
      legacyId: tickets.legacyId,
      mergedInto: intoTickets.publicId,
      clientWroteAt: tickets.clientWroteAt,
    })
    .from(tickets)
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .leftJoin(services, eq(services.id, tickets.serviceId))
    .leftJoin(intoTickets, eq(intoTickets.id, tickets.mergedIntoId))
    .where(which)
    .prepare();
const ticketByRow = prepared((db) => selectTicket(db, eq(tickets.id, sql.placeholder('row'))));
const ticketByPublicId = prepared((db) => selectTicket(db, eq(tickets.publicId, sql.placeholder('publicId'))));

const rowsOf = prepared((db) =>
  db
    .select({ id: tickets.id })
    .from(tickets)
    .where(or(eq(tickets.id, sql.placeholder('row')), eq(tickets.mergedIntoId, sql.placeholder('row'))))
    .prepare(),
);
const newestOfClient = prepared((db) =>
  db
    .select({ messageId: messages.messageId })
    .from(messages)
    .where(and(inList(messages.ticketId, 'rows'), eq(messages.author, 'client'), isNotNull(messages.messageId)))
    .orderBy(desc(messages.createdAt), desc(messages.id))
    .limit(atMost(1))
    .prepare(),
);
const contactsUnder = prepared((db) =>
  db
    .select({ address: contacts.address, since: contacts.undeliverableSince })
    .from(contacts)
    .where(and(eq(contacts.accountId, sql.placeholder('account')), inList(contacts.address, 'addresses')))
    .prepare(),
);
const verifiedMailOf = prepared((db) =>
  db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        inList(messages.ticketId, 'rows'),
        eq(messages.author, 'client'),
        eq(messages.authorAddress, sql.placeholder('address')),
        eq(messages.verified, true),
      ),
    )
    .limit(atMost(1))
    .prepare(),
);

/** `null` when there is no such ticket. */
export function loadDeskTicket(db: BetterSQLite3Database, publicId: string, policy: Policy): DeskTicket | null {
  return asDeskTicket(db, ticketByPublicId(db).get({ publicId }), policy);
}

/** `row`: `tickets.id`. */
export function loadDeskTicketOfRow(db: BetterSQLite3Database, row: number, policy: Policy): DeskTicket | null {
  return asDeskTicket(db, ticketByRow(db).get({ row }), policy);
}

function asDeskTicket(
  db: BetterSQLite3Database,
  found: ReturnType<ReturnType<typeof ticketByRow>['get']>,
  policy: Policy,
): DeskTicket | null {
  if (found === undefined) return null;
  const { clientWroteAt, ...ticket } = found;
  const rows = JSON.stringify(withMerged(db, ticket.ticketId));
  return {
    newestMessageId: newestOfClient(db).get({ rows })?.messageId ?? null,
    openerIs: openerIs(db, ticket, rows, clientWroteAt !== null, policy),
    ...ticket,
  };
}

/** The rows of a ticket and of those that were merged into it. */
export function withMerged(db: BetterSQLite3Database, row: number): number[] {
  return rowsOf(db)
    .all({ row })
    .map(({ id }) => id);
}

/** `rows`: as JSON. */
function openerIs(
  db: BetterSQLite3Database,
  { accountId, opener }: Pick<DeskTicket, 'accountId' | 'opener'>,
  rows: string,
  person: boolean,
  policy: Policy,
): OpenerIs {
  const addresses = JSON.stringify(contactKeys(opener, policy.stripTag));
  const registered = accountId === null ? [] : contactsUnder(db).all({ account: accountId, addresses });
  return {
    contact: registered.length > 0,
    verified: verifiedMailOf(db).get({ rows, address: opener }) !== undefined,
    person,
    // One mailbox of a domain that is dead says nothing about the others.
    undeliverable: registered.some(({ address, since }) => since !== null && !address.startsWith('*@')),
  };
}

export function loadDeskFacts(
  db: BetterSQLite3Database,
  ticket: DeskTicket,
  request: DeskRequest,
  { policy, entropy }: DeskRules,
): DeskFacts {
  const set: Settings = request.kind === 'set' ? request : {};
  const account = set.account === undefined ? null : findAccount(db, set.account);
  const owner = account?.accountId ?? ticket.accountId;
  const service =
    set.service === undefined || set.service === null || owner === null
      ? undefined
      : db
          .select({ serviceId: services.id, name: services.name })
          .from(services)
          .where(and(eq(services.accountId, owner), eq(services.name, set.service)))
          .get();
  const holder =
    set.legacyId === undefined || set.legacyId === null
      ? undefined
      : db.select({ id: tickets.publicId }).from(tickets).where(eq(tickets.legacyId, set.legacyId)).get();
  const ticketCount =
    db
      .select({ id: max(tickets.id) })
      .from(tickets)
      .get()?.id ?? 0;
  const isSplit = request.kind === 'split';
  const tellsStaff = request.kind === 'move' || set.assignee !== undefined;
  return {
    ticket,
    into: request.kind === 'merge' ? loadDeskTicket(db, request.into, policy) : null,
    account,
    service: service ?? null,
    legacyHolder: holder?.id ?? null,
    messages: isSplit ? messagesOf(db, ticket.ticketId) : [],
    newest: tellsStaff ? loadNewest(db, withMerged(db, ticket.ticketId)) : null,
    conversation: tellsStaff ? loadConversation(db, withMerged(db, ticket.ticketId)) : [],
    ticketCount,
    takenIds: isSplit ? takenIds(db, candidateIds(entropy, policy.ticketPrefix, ticketCount)) : [],
  };
}

export function findAccount(db: BetterSQLite3Database, number: string): DeskFacts['account'] {
  const found = db
    .select({ accountId: accounts.id, number: accounts.number })
    .from(accounts)
    .where(sql`${accounts.number} collate nocase = ${number}`)
    .get();
  return found ?? null;
}

function messagesOf(db: BetterSQLite3Database, ticketId: number): DeskMessage[] {
  return db
    .select({
      messageId: messages.id,
      author: messages.author,
      address: messages.authorAddress,
      name: messages.authorName,
      verified: messages.verified,
    })
    .from(messages)
    .where(inArray(messages.ticketId, withMerged(db, ticketId)))
    .orderBy(asc(messages.createdAt), asc(messages.id))
    .all();
}

const usedIds = prepared((db) =>
  db.select({ id: tickets.publicId }).from(tickets).where(inList(tickets.publicId, 'ids')).prepare(),
);
const usedId = prepared((db) =>
  db
    .select({ id: tickets.publicId })
    .from(tickets)
    .where(eq(tickets.publicId, sql.placeholder('id')))
    .prepare(),
);

/** Which of the candidates are in use. Nearly always the first is free, and then no other is asked for. */
export function takenIds(db: BetterSQLite3Database, candidates: readonly string[]): string[] {
  if (usedId(db).get({ id: candidates[0] }) === undefined) return [];
  return usedIds(db)
    .all({ ids: JSON.stringify(candidates) })
    .map(({ id }) => id);
}
