/**
 * Loads what `decide` must know of the ticket that a mail belongs to, and of what a staff mail's commands name. Runs
 * inside the transaction that will write the decision.
 */
import { and, asc, desc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { IncomingMail } from '../../tickets/incoming-mail.ts';
import { contactKeys } from '../../tickets/match-account.ts';
import type { Policy } from '../../tickets/policy.ts';
import type { Commanded, CommandKeys, TicketFacts } from '../../tickets/ticket-facts.ts';
import { loadConversation, loadNewest, writtenText } from './conversation-rows.ts';
import { findAccount, loadDeskTicket, loadDeskTicketOfRow, withMerged } from './desk-facts.ts';
import { atMost, inList, prepared } from './prepared.ts';
import { accounts, attachments, contacts, followers, intakeRecords, messages } from './schema.ts';

/** Bounds the work for one mail, however long a ticket has gone on. */
const MAX_CONTACTS = 200;
const MAX_ANSWERS = 20;
const MAX_FOLLOWERS = 100;
const HOUR = 60 * 60 * 1000;

const contactColumns = {
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

const followersOf = prepared((db) =>
  db
    .selectDistinct({ address: followers.address })
    .from(followers)
    .where(and(inList(followers.ticketId, 'rows'), eq(followers.follows, true)))
    .orderBy(asc(followers.address))
    .limit(atMost(MAX_FOLLOWERS))
    .prepare(),
);
const publicAnswers = prepared((db) =>
  db
    .select({
      address: messages.authorAddress,
      name: messages.authorName,
      at: messages.createdAt,
      intakeId: messages.intakeId,
      text: messages.text,
      visibleRanges: messages.visibleRanges,
    })
    .from(messages)
    .where(and(inList(messages.ticketId, 'rows'), eq(messages.author, 'staff'), eq(messages.visibility, 'public')))
    .orderBy(desc(messages.id))
    .limit(atMost(MAX_ANSWERS))
    .prepare(),
);
const staffOn = prepared((db) =>
  db
    .selectDistinct({ address: messages.authorAddress })
    .from(messages)
    .where(and(inList(messages.ticketId, 'rows'), eq(messages.author, 'staff'), isNotNull(messages.authorAddress)))
    .prepare(),
);
const filesOn = prepared((db) =>
  db
    .selectDistinct({ sha256: attachments.sha256 })
    .from(attachments)
    .innerJoin(messages, eq(messages.id, attachments.messageId))
    .where(
      and(inList(messages.ticketId, 'rows'), eq(messages.visibility, 'public'), inList(attachments.sha256, 'asked')),
    )
    .prepare(),
);
const contactsOf = prepared((db) =>
  db
    .select(contactColumns)
    .from(contacts)
    .innerJoin(accounts, eq(accounts.id, contacts.accountId))
    .where(eq(contacts.accountId, sql.placeholder('account')))
    .orderBy(asc(contacts.id))
    .limit(atMost(MAX_CONTACTS))
    .prepare(),
);
/** Of whichever accounts; `addresses` as JSON. */
export const contactsUnder = prepared((db) =>
  db
    .select(contactColumns)
    .from(contacts)
    .innerJoin(accounts, eq(accounts.id, contacts.accountId))
    .where(inList(contacts.address, 'addresses'))
    .orderBy(asc(contacts.id))
    .limit(atMost(MAX_CONTACTS))
    .prepare(),
);
const doneSince = prepared((db) =>
  db
    .select({ mails: sql<number>`count(*)` })
    .from(intakeRecords)
    .where(
      and(
        eq(intakeRecords.sender, sql.placeholder('sender')),
        gt(intakeRecords.receivedAt, sql.placeholder('since')),
        // Spelled as in the partial index, or SQLite will not use it.
        sql`${intakeRecords.reason} in ('staff-answer', 'staff-command', 'staff-opened')`,
      ),
    )
    .prepare(),
);

export function loadTicketFacts(
  db: BetterSQLite3Database,
  ticketId: number,
  mail: IncomingMail,
  policy: Policy,
): TicketFacts | null {
  const ticket = loadDeskTicketOfRow(db, ticketId, policy);
  if (ticket === null) return null;
  const ticketRows = withMerged(db, ticketId);
  const rows = JSON.stringify(ticketRows);
  const asked = mail.attachments.map(({ sha256 }) => sha256);
  return {
    ticket,
    conversation: loadConversation(db, ticketRows),
    newest: loadNewest(db, ticketRows),
    contacts: ticket.accountId === null ? [] : contactsOf(db).all({ account: ticket.accountId }),
    followers: followersOf(db)
      .all({ rows })
      .map(({ address }) => address),
    answers: publicAnswers(db)
      .all({ rows })
      .map(({ text, visibleRanges, ...answer }) => ({
        text: writtenText({ text, visibleRanges }),
        ...answer,
        address: answer.address ?? '',
        intakeId: answer.intakeId ?? 0,
      })),
    writers: staffOn(db)
      .all({ rows })
      .flatMap(({ address }) => address ?? []),
    knownFiles:
      asked.length === 0
        ? []
        : filesOn(db)
            .all({ rows, asked: JSON.stringify(asked) })
            .map(({ sha256 }) => sha256),
  };
}

export function loadCommanded(db: BetterSQLite3Database, keys: CommandKeys, policy: Policy): Commanded {
  const account = keys.account === null ? null : findAccount(db, keys.account);
  const addresses = keys.address === null ? [] : contactKeys(keys.address, policy.stripTag);
  return {
    into: keys.into === null ? null : loadDeskTicket(db, keys.into, policy),
    account,
    contacts:
      account === null
        ? contactsUnder(db).all({ addresses: JSON.stringify(addresses) })
        : contactsOf(db).all({ account: account.accountId }),
  };
}

/** Mails of a staff member that did something, within the hour. */
export function answersLastHour(db: BetterSQLite3Database, sender: string, now: number): number {
  return doneSince(db).get({ sender, since: now - HOUR })?.mails ?? 0;
}
