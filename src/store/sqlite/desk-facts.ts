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
import { accounts, contacts, messages, services, tickets } from './schema.ts';

/** `null` when no ticket is so. */
export function loadDeskTicket(db: BetterSQLite3Database, which: SQL, policy: Policy): DeskTicket | null {
  const into = alias(tickets, 'into_ticket');
  const found = db
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
      mergedInto: into.publicId,
      clientWroteAt: tickets.clientWroteAt,
    })
    .from(tickets)
    .leftJoin(accounts, eq(accounts.id, tickets.accountId))
    .leftJoin(services, eq(services.id, tickets.serviceId))
    .leftJoin(into, eq(into.id, tickets.mergedIntoId))
    .where(which)
    .get();
  if (found === undefined) return null;
  const { clientWroteAt, ...ticket } = found;
  return {
    ...ticket,
    newestMessageId: newestMessageId(db, ticket.ticketId),
    openerIs: openerIs(db, ticket, clientWroteAt !== null, policy),
  };
}

/** The rows of a ticket and of those that were merged into it. */
export function withMerged(db: BetterSQLite3Database, ticketId: number): number[] {
  return db
    .select({ id: tickets.id })
    .from(tickets)
    .where(or(eq(tickets.id, ticketId), eq(tickets.mergedIntoId, ticketId)))
    .all()
    .map(({ id }) => id);
}

function newestMessageId(db: BetterSQLite3Database, ticketId: number): string | null {
  const newest = db
    .select({ messageId: messages.messageId })
    .from(messages)
    .where(
      and(
        inArray(messages.ticketId, withMerged(db, ticketId)),
        eq(messages.author, 'client'),
        isNotNull(messages.messageId),
      ),
    )
    .orderBy(desc(messages.createdAt), desc(messages.id))
    .limit(1)
    .get();
  return newest?.messageId ?? null;
}

function openerIs(
  db: BetterSQLite3Database,
  { ticketId, accountId, opener }: Pick<DeskTicket, 'ticketId' | 'accountId' | 'opener'>,
  person: boolean,
  policy: Policy,
): OpenerIs {
  const registered =
    accountId === null
      ? []
      : db
          .select({ address: contacts.address, since: contacts.undeliverableSince })
          .from(contacts)
          .where(
            and(eq(contacts.accountId, accountId), inArray(contacts.address, contactKeys(opener, policy.stripTag))),
          )
          .all();
  const proved = db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        inArray(messages.ticketId, withMerged(db, ticketId)),
        eq(messages.author, 'client'),
        eq(messages.authorAddress, opener),
        eq(messages.verified, true),
      ),
    )
    .limit(1)
    .get();
  return {
    contact: registered.length > 0,
    verified: proved !== undefined,
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
    into: request.kind === 'merge' ? loadDeskTicket(db, eq(tickets.publicId, request.into), policy) : null,
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

function takenIds(db: BetterSQLite3Database, ids: readonly string[]): string[] {
  return db
    .select({ id: tickets.publicId })
    .from(tickets)
    .where(inArray(tickets.publicId, [...ids]))
    .all()
    .map(({ id }) => id);
}
