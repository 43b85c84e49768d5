/**
 * Loads what `decide` must know of the ticket that a mail belongs to, and of what a staff mail's commands name. Runs
 * inside the transaction that will write the decision.
 */
import { and, asc, desc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { IncomingMail } from '../../tickets/incoming-mail.ts';
import { contactKeys } from '../../tickets/match-account.ts';
import type { Contact } from '../../tickets/model.ts';
import type { Policy } from '../../tickets/policy.ts';
import type { Commanded, CommandKeys, PublicAnswer, TicketFacts } from '../../tickets/ticket-facts.ts';
import { loadConversation, loadNewest, writtenText } from './conversation-rows.ts';
import { findAccount, loadDeskTicket, withMerged } from './desk-facts.ts';
import { accounts, attachments, contacts, followers, intakeRecords, messages, tickets } from './schema.ts';

/** Bounds the work for one mail, however long a ticket has gone on. */
const MAX_CONTACTS = 200;
const MAX_ANSWERS = 20;
const MAX_FOLLOWERS = 100;
const HOUR = 60 * 60 * 1000;

export const contactColumns = {
  contactId: contacts.id,
  address: contacts.address,
  name: contacts.name,
  language: contacts.language,
  role: contacts.role,
  primary: contacts.isPrimary,
  departments: contacts.departments,
  undeliverableSince: contacts.undeliverableSince,
  accountId: accounts.id,
  accountNumber: accounts.number,
  accountName: accounts.name,
  accountLanguage: accounts.language,
  accountState: accounts.state,
};

export function loadTicketFacts(
  db: BetterSQLite3Database,
  ticketId: number,
  mail: IncomingMail,
  policy: Policy,
): TicketFacts | null {
  const ticket = loadDeskTicket(db, eq(tickets.id, ticketId), policy);
  if (ticket === null) return null;
  const rows = withMerged(db, ticketId);
  return {
    ticket,
    conversation: loadConversation(db, rows),
    newest: loadNewest(db, rows),
    contacts: ticket.accountId === null ? [] : contactsOfAccount(db, ticket.accountId),
    followers: db
      .selectDistinct({ address: followers.address })
      .from(followers)
      .where(and(inArray(followers.ticketId, rows), eq(followers.follows, true)))
      .orderBy(asc(followers.address))
      .limit(MAX_FOLLOWERS)
      .all()
      .map(({ address }) => address),
    answers: answersOf(db, rows),
    writers: db
      .selectDistinct({ address: messages.authorAddress })
      .from(messages)
      .where(and(inArray(messages.ticketId, rows), eq(messages.author, 'staff'), isNotNull(messages.authorAddress)))
      .all()
      .flatMap(({ address }) => address ?? []),
    knownFiles: knownFiles(db, rows, mail),
  };
}

function answersOf(db: BetterSQLite3Database, rows: readonly number[]): PublicAnswer[] {
  return db
    .select()
    .from(messages)
    .where(and(inArray(messages.ticketId, [...rows]), eq(messages.author, 'staff'), eq(messages.visibility, 'public')))
    .orderBy(desc(messages.id))
    .limit(MAX_ANSWERS)
    .all()
    .map((message) => ({
      address: message.authorAddress ?? '',
      name: message.authorName,
      at: message.createdAt,
      intakeId: message.intakeId ?? 0,
      text: writtenText(message),
    }));
}

function knownFiles(db: BetterSQLite3Database, rows: readonly number[], mail: IncomingMail): string[] {
  const asked = mail.attachments.map(({ sha256 }) => sha256);
  if (asked.length === 0) return [];
  return db
    .selectDistinct({ sha256: attachments.sha256 })
    .from(attachments)
    .innerJoin(messages, eq(messages.id, attachments.messageId))
    .where(
      and(inArray(messages.ticketId, [...rows]), eq(messages.visibility, 'public'), inArray(attachments.sha256, asked)),
    )
    .all()
    .map(({ sha256 }) => sha256);
}

function contactsOfAccount(db: BetterSQLite3Database, accountId: number): Contact[] {
  return db
    .select(contactColumns)
    .from(contacts)
    .innerJoin(accounts, eq(accounts.id, contacts.accountId))
    .where(eq(contacts.accountId, accountId))
    .orderBy(asc(contacts.id))
    .limit(MAX_CONTACTS)
    .all();
}

export function loadCommanded(db: BetterSQLite3Database, keys: CommandKeys, policy: Policy): Commanded {
  const account = keys.account === null ? null : findAccount(db, keys.account);
  const byAddress =
    keys.address === null
      ? []
      : db
          .select(contactColumns)
          .from(contacts)
          .innerJoin(accounts, eq(accounts.id, contacts.accountId))
          .where(inArray(contacts.address, contactKeys(keys.address, policy.stripTag)))
          .orderBy(asc(contacts.id))
          .limit(MAX_CONTACTS)
          .all();
  return {
    into: keys.into === null ? null : loadDeskTicket(db, eq(tickets.publicId, keys.into), policy),
    account,
    contacts: account === null ? byAddress : contactsOfAccount(db, account.accountId),
  };
}

/** Mails of a staff member that did something, within the hour. */
export function answersLastHour(db: BetterSQLite3Database, sender: string, now: number): number {
  const found = db
    .select({ mails: sql<number>`count(*)` })
    .from(intakeRecords)
    .where(
      and(
        eq(intakeRecords.sender, sender),
        gt(intakeRecords.receivedAt, now - HOUR),
        inArray(intakeRecords.reason, ['staff-answer', 'staff-command', 'staff-opened']),
      ),
    )
    .get();
  return found?.mails ?? 0;
}
