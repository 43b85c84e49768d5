/**
 * The tables, as drizzle sees them; `npm run db:generate` makes drizzle/sqlite from it.
 *
 * Times are UTC epoch milliseconds. Addresses are stored in normal form, message and blob hashes as lower-case
 * hex. Departments, mailboxes and staff are configuration: only their keys and addresses stand here. Every look-up
 * that the intake makes for a mail has its index.
 */
import { sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  blob,
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { Bounce } from '../../mail/automatic.ts';
import type { OutgoingMail } from '../../tickets/decision.ts';
import type { Explanation } from '../../tickets/explanation.ts';

/** No number is used a second time: a row may name one that is gone, and needs no index to be told of it. */
const id = () => integer('id').primaryKey({ autoIncrement: true });

export const accounts = sqliteTable(
  'accounts',
  {
    id: id(),
    /** The company's own number of the client: `C-1001`. `c-1001` is the same one. */
    number: text('number').notNull(),
    name: text('name').notNull(),
    language: text('language', { enum: ['es', 'en'] }),
    state: text('state', { enum: ['active', 'suspended', 'closed'] })
      .notNull()
      .default('active'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [uniqueIndex('accounts_number').on(sql`${table.number} collate nocase`)],
);

export const contacts = sqliteTable(
  'contacts',
  {
    id: id(),
    accountId: integer('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** Normal form, or `*@domain` for a whole domain. */
    address: text('address').notNull(),
    name: text('name').notNull().default(''),
    language: text('language', { enum: ['es', 'en'] }),
    role: text('role', { enum: ['holder', 'technical', 'billing'] })
      .notNull()
      .default('holder'),
    /** Of the accounts that share this address, the one a mail belongs to when nothing else says. */
    isPrimary: integer('is_primary', { mode: 'boolean' }).notNull().default(false),
    /** Keys of the departments this contact may write to; null: all. */
    departments: text('departments', { mode: 'json' }).$type<string[]>(),
    /** Set when a mail to this address bounces for good, cleared when the contact writes again with proof. */
    undeliverableSince: integer('undeliverable_since'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('contacts_account_address').on(table.accountId, table.address),
    index('contacts_address').on(table.address),
    uniqueIndex('contacts_one_primary').on(table.address).where(sql`is_primary = 1`),
  ],
);

export const services = sqliteTable(
  'services',
  {
    id: id(),
    accountId: integer('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** Domain in A-labels, or another name in lower case. */
    name: text('name').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [uniqueIndex('services_account_name').on(table.accountId, table.name)],
);

export const tickets = sqliteTable(
  'tickets',
  {
    id: id(),
    /** `TQ-482913`. */
    publicId: text('public_id').notNull().unique(),
    accountId: integer('account_id').references(() => accounts.id),
    /** Of the service, which may be gone. */
    serviceId: integer('service_id'),
    /** Normal form of the address that opened it. */
    opener: text('opener').notNull(),
    openerName: text('opener_name').notNull().default(''),
    department: text('department').notNull(),
    /** Our mailbox that was written to; receipts come from it. */
    mailbox: text('mailbox').notNull(),
    subject: text('subject').notNull(),
    /** Of the subject's key (subject-hash.ts); null where the subject was erased. */
    subjectHash: integer('subject_hash'),
    status: text('status', { enum: ['open', 'pending', 'resolved', 'closed'] })
      .notNull()
      .default('open'),
    priority: text('priority', { enum: ['low', 'normal', 'high'] })
      .notNull()
      .default('normal'),
    language: text('language', { enum: ['es', 'en'] }).notNull(),
    /** Address of the staff member it is assigned to. */
    assignee: text('assignee'),
    continuesId: integer('continues_id').references((): AnySQLiteColumn => tickets.id),
    /** The ticket that goes on in its place; never one that was merged itself. */
    mergedIntoId: integer('merged_into_id').references((): AnySQLiteColumn => tickets.id),
    splitFromId: integer('split_from_id').references((): AnySQLiteColumn => tickets.id),
    /** Its number in the system that the company used before. */
    legacyId: text('legacy_id'),
    createdAt: integer('created_at').notNull(),
    lastMessageAt: integer('last_message_at').notNull(),
    statusChangedAt: integer('status_changed_at').notNull(),
    closedAt: integer('closed_at'),
    /** When a person last wrote as its client; null where only programs did. */
    clientWroteAt: integer('client_wrote_at'),
    /** Where the auto-close clock starts: the latest of last human message, last status change, last answer delivered. */
    idleSince: integer('idle_since').notNull(),
    /** The warning before closing was queued, later: has left. Null again after any reply or change of status. */
    warnedAt: integer('warned_at'),
  },
  (table) => [
    index('tickets_account_subject').on(table.accountId, table.subjectHash),
    index('tickets_status').on(table.status, table.lastMessageAt),
    // Nearly all tickets have none of these: an index with all of them would be written for every new one.
    uniqueIndex('tickets_legacy').on(table.legacyId).where(sql`legacy_id is not null`),
    index('tickets_merged').on(table.mergedIntoId).where(sql`merged_into_id is not null`),
    index('tickets_split').on(table.splitFromId).where(sql`split_from_id is not null`),
    index('tickets_idle').on(table.idleSince).where(sql`status in ('pending', 'resolved')`),
  ],
);

export const intakeRecords = sqliteTable(
  'intake_records',
  {
    id: id(),
    /** The short reference of the SMTP reply. */
    reference: text('reference').notNull().unique(),
    receivedAt: integer('received_at').notNull(),
    verdict: text('verdict', {
      enum: ['open-ticket', 'append-message', 'duplicate', 'refuse', 'hold', 'ignore'],
    }).notNull(),
    reason: text('reason').notNull(),
    mailFrom: text('mail_from').notNull(),
    recipients: text('recipients', { mode: 'json' }).$type<string[]>().notNull(),
    ip: text('ip'),
    helo: text('helo'),
    /** The sender in normal form; null where the From was not clear. */
    sender: text('sender'),
    subject: text('subject').notNull(),
    messageId: text('message_id').notNull(),
    fingerprint: text('fingerprint').notNull(),
    size: integer('size').notNull(),
    /** Hash of the raw mail where it is a blob file; null where it stands in raw_mails. */
    rawSha256: text('raw_sha256'),
    /** How many bytes of it are kept; null once they were removed. */
    rawBytes: integer('raw_bytes'),
    department: text('department'),
    /** In shadow mode: why the mail would have been refused. */
    wouldRefuse: text('would_refuse'),
    ticketId: integer('ticket_id').references(() => tickets.id),
    /** What `taquilla explain` prints, without the texts that the raw mail holds anyway. */
    explanation: text('explanation', { mode: 'json' }).$type<Explanation>().notNull(),
  },
  (table) => [
    index('intake_verdict').on(table.verdict, table.receivedAt, table.rawBytes),
    // Who else names a file, and which mails of tickets still have their bytes: for those who remove them.
    index('intake_raw_sha256').on(table.rawSha256).where(sql`raw_sha256 is not null`),
    index('intake_raw_kept')
      .on(table.receivedAt)
      .where(sql`raw_bytes is not null and verdict in ('open-ticket', 'append-message')`),
    // What staff did within the hour; whoever asks for another sender reads everything anyway (person-rows.ts).
    index('intake_staff')
      .on(table.sender, table.receivedAt)
      .where(sql`reason in ('staff-answer', 'staff-command', 'staff-opened')`),
    index('intake_would_refuse').on(table.id).where(sql`would_refuse is not null`),
  ],
);

/** Senders that nobody wants to hear from: an address in normal form or `*@domain`. */
export const blockedSenders = sqliteTable('blocked_senders', {
  address: text('address').primaryKey(),
  blockedAt: integer('blocked_at').notNull(),
});

/** Raw mails up to 64 KB; larger ones are blob files. Apart from intake_records, whose rows are read in lists. */
export const rawMails = sqliteTable('raw_mails', {
  intakeId: integer('intake_id')
    .primaryKey()
    .references(() => intakeRecords.id, { onDelete: 'cascade' }),
  bytes: blob('bytes', { mode: 'buffer' }).notNull(),
});

export const messages = sqliteTable(
  'messages',
  {
    id: id(),
    ticketId: integer('ticket_id')
      .notNull()
      .references(() => tickets.id),
    /** The record of the mail it came from, which retention may have removed; null for what people and clocks did. */
    intakeId: integer('intake_id'),
    author: text('author', { enum: ['client', 'staff', 'system'] }).notNull(),
    visibility: text('visibility', { enum: ['public', 'note'] }).notNull(),
    authorAddress: text('author_address'),
    authorName: text('author_name').notNull().default(''),
    verified: integer('verified', { mode: 'boolean' }).notNull(),
    /** Message-ID of the mail, brackets included. */
    messageId: text('message_id'),
    /** The first 48 bits of the mail's fingerprint: tells mails with the same Message-ID apart. */
    fingerprintStart: integer('fingerprint_start'),
    text: text('text').notNull(),
    /** The ranges of `text` that its writer added, and the rule that says so. */
    visibleRanges: text('visible_ranges', { mode: 'json' }).$type<readonly (readonly [number, number])[]>(),
    cutRule: text('cut_rule'),
    cutConfidence: integer('cut_confidence_percent'),
    html: text('html'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('messages_ticket').on(table.ticketId, table.id),
    // A repeat of a mail has its Message-ID too: one index in random order finds both it and the thread.
    index('messages_message_id').on(table.messageId, table.fingerprintStart),
  ],
);

/** What the full-text index has to do again, until it has done it; written by triggers (text-changes.sql). */
export const textChanges = sqliteTable('text_changes', {
  id: id(),
  /** One of the two; the row itself may be gone. */
  ticketId: integer('ticket_id'),
  messageId: integer('message_id'),
  before: text('before').notNull(),
  /** Null where the row was deleted. */
  after: text('after'),
});

/** Other people that a client's mails are addressed to, each once for a ticket. */
export const followers = sqliteTable(
  'followers',
  {
    ticketId: integer('ticket_id')
      .notNull()
      .references(() => tickets.id, { onDelete: 'cascade' }),
    /** Normal form. */
    address: text('address').notNull(),
    /** False for those who are no contacts of the account: noted, never mailed. */
    follows: integer('follows', { mode: 'boolean' }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.ticketId, table.address] })],
);

/** Files named by their content. A row is written after its file is on the disk, in the same transaction as its use. */
export const blobs = sqliteTable('blobs', {
  sha256: text('sha256').primaryKey(),
  size: integer('size').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const attachments = sqliteTable(
  'attachments',
  {
    messageId: integer('message_id')
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    sha256: text('sha256')
      .notNull()
      .references(() => blobs.sha256),
    /** As the sender named it: data, never a path. */
    filename: text('filename'),
    contentType: text('content_type').notNull(),
    size: integer('size').notNull(),
    inline: integer('inline', { mode: 'boolean' }).notNull(),
    contentId: text('content_id'),
    /** Of a type that a double click would run. */
    risky: integer('risky', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.messageId, table.position] }), index('attachments_sha256').on(table.sha256)],
);

export const outbox = sqliteTable(
  'outbox',
  {
    id: id(),
    kind: text('kind', {
      enum: [
        'receipt',
        'stranger-receipt',
        'reply-notice',
        'refusal-notice',
        'ticket-resolved',
        'ticket-closed',
        'ticket-reopened',
        'ticket-moved',
        'auto-close-warning',
        'auto-close-notice',
        'staff-answer',
        'opened-for-client',
        'staff-new-ticket',
        'staff-client-replied',
        'staff-assigned',
        'staff-unassigned',
        'staff-moved',
        'staff-colleague-answered',
        'staff-answers-crossed',
        'staff-mail-returned',
        'answer-undelivered',
        'staff-digest',
      ],
    }).notNull(),
    ticketId: integer('ticket_id').references(() => tickets.id),
    /** The record of the mail that caused it, which retention may have removed. */
    intakeId: integer('intake_id'),
    recipient: text('recipient').notNull(),
    /** Domain of an answer to an address that was no contact's own; null for all other mails. */
    strangerDomain: text('stranger_domain'),
    messageId: text('message_id').notNull().unique(),
    /** Everything the mail is made of, frozen at its cause. */
    mail: text('mail', { mode: 'json' }).$type<OutgoingMail>().notNull(),
    /** The rendered mail, frozen when it was first claimed. */
    rendered: blob('rendered', { mode: 'buffer' }),
    state: text('state', { enum: ['queued', 'sending', 'sent', 'failed', 'cancelled'] })
      .notNull()
      .default('queued'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: integer('next_attempt_at').notNull(),
    /** While `sending`: the claim is void after this time. */
    leaseUntil: integer('lease_until'),
    lastError: text('last_error'),
    createdAt: integer('created_at').notNull(),
    /** When somebody asked for it to be sent once more: the plan of retries begins anew there. */
    retriedAt: integer('retried_at'),
    /** Who asked for that, or cancelled it. */
    handledBy: text('handled_by'),
    finishedAt: integer('finished_at'),
    bounce: text('bounce', { mode: 'json' }).$type<Bounce>(),
  },
  (table) => [
    index('outbox_due').on(table.nextAttemptAt).where(sql`state = 'queued'`),
    index('outbox_lease').on(table.leaseUntil).where(sql`state = 'sending'`),
    index('outbox_failed').on(table.createdAt).where(sql`state = 'failed'`),
    // By day first: what is asked for are the last hours, and a mail's place is beside those of the same day.
    index('outbox_recipient').on(sql`created_at / 86400000`, table.recipient),
    // Few mails go to strangers: an index of all mails by domain would be written for every receipt.
    index('outbox_stranger').on(table.strangerDomain, table.createdAt).where(sql`stranger_domain is not null`),
    // Those without a ticket are found by when they were finished.
    index('outbox_ticket').on(table.ticketId, table.finishedAt),
    index('outbox_rendered')
      .on(table.finishedAt)
      .where(sql`rendered is not null and state in ('sent', 'failed', 'cancelled')`),
    check('outbox_lease_while_sending', sql`(state = 'sending') = (lease_until is not null)`),
  ],
);

/** One row: how far the digests of held and refused mails have come. */
export const digestMark = sqliteTable(
  'digest_mark',
  {
    id: integer('id').primaryKey(),
    /** The server's calendar day whose digest is done: `2026-11-22`. */
    day: text('day').notNull(),
    /** The last intake record that they have looked at. */
    upTo: integer('up_to').notNull(),
  },
  () => [check('digest_mark_one_row', sql`id = 1`)],
);
