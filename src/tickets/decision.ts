/**
 * What `decide` answers: the verdict on one mail, why, and everything that is to be written and sent because of
 * it. Data only; the store carries it out in one transaction.
 */
import type { Bounce } from '../mail/automatic.ts';
import type { SigningKey } from '../mail/message-id.ts';
import type { DeskAnswer } from './desk-request.ts';
import type { StaffDigestData } from './digest.ts';
import type { ThreadBy } from './find-thread.ts';
import type { Copied } from './followers.ts';
import type { NotEligible } from './match-account.ts';
import type { Contact, Language, Priority, Ticket, TicketStatus } from './model.ts';
import type { OutgoingFile } from './outgoing-files.ts';
import type { ReturnReason, StaffMailData } from './staff-mail-data.ts';
import type { DeskStep } from './ticket-facts.ts';

/** What signs our Message-IDs, and the domain that stands in them. */
export interface Signing {
  readonly key: SigningKey;
  readonly domain: string;
}

export type Verdict = 'open-ticket' | 'append-message' | 'duplicate' | 'refuse' | 'hold' | 'ignore';
export const VERDICTS: readonly Verdict[] = ['open-ticket', 'append-message', 'duplicate', 'refuse', 'hold', 'ignore'];

/** Why a mail is refused after DATA. Each has its reply in smtp/replies.ts. */
export type RefusalReason =
  | 'mail-loop'
  | 'unclear-sender'
  | 'dmarc-policy'
  | 'not-authenticated'
  | 'staff-not-authenticated'
  | 'dns-temporary-failure'
  | 'replies-only'
  | 'blocked-sender'
  | 'risky-attachment'
  | NotEligible;

/** A staff mail that did nothing; it went back to its writer. */
export type StaffMailReturned = `staff-${ReturnReason}`;

export type HoldReason = 'internal-error' | 'held-for-review' | 'staff-rate' | StaffMailReturned;
export type IgnoreReason = 'bounce' | 'bounce-noted' | 'auto-reply-without-ticket';
export type TakenReason =
  | 'new-ticket'
  | 'reply'
  | 'reply-after-closing'
  | 'auto-reply-noted'
  | 'staff-note'
  | 'staff-answer'
  | 'staff-command'
  | 'staff-opened'
  | 'already-received';

/** Refused for what the bytes are, before the rules looked at them. */
export type DoorReason = 'too-large' | 'bare-line-break';

export type Reason = RefusalReason | DoorReason | HoldReason | IgnoreReason | TakenReason;

export interface NewTicket {
  readonly publicId: string;
  readonly accountId: number | null;
  readonly serviceId: number | null;
  readonly opener: string;
  readonly openerName: string;
  readonly department: string;
  readonly mailbox: string;
  readonly subject: string;
  /** The subject without reply prefixes in lower case: tickets on the same matter share it. */
  readonly subjectKey: string;
  readonly priority: Priority;
  readonly language: Language;
  /** The closed ticket that this one continues. */
  readonly continues: number | null;
}

/** The mail itself as a message; its texts and attachments are taken from the mail. */
export interface NewMessage {
  readonly author: 'client' | 'staff';
  readonly visibility: 'public' | 'note';
  readonly verified: boolean;
  /** The ranges of the text that count as written, where commands were taken out; else the mail's own. */
  readonly visible?: readonly (readonly [number, number])[];
}

export type DecidedStep = DeskStep & { readonly answer: Extract<DeskAnswer, { kind: 'done' }> };

export type Effect =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'open';
      readonly ticket: NewTicket;
      readonly message: NewMessage;
      /** System notes for staff, in English. */
      readonly notes: readonly string[];
      /** What the commands of the mail change, after it was written. */
      readonly steps?: readonly DecidedStep[];
    }
  | {
      readonly kind: 'append';
      readonly ticketId: number;
      readonly publicId: string;
      readonly message: NewMessage;
      /** The status after it; `null`: unchanged. */
      readonly status: TicketStatus | null;
      readonly notes: readonly string[];
      readonly steps?: readonly DecidedStep[];
    }
  | {
      /** A mail of ours came back. */
      readonly kind: 'note-bounce';
      readonly outboxId: number;
      readonly bounce: Bounce;
      /** System notes on the mail's ticket, where it has one. */
      readonly notes: readonly string[];
      /** The address whose contacts are marked: mails to it come back for good. */
      readonly undeliverable: string | null;
    };

/** What a receipt says, frozen at the moment of its cause. */
export interface ReceiptData {
  readonly kind: 'receipt' | 'stranger-receipt';
  readonly ticketId: string;
  readonly company: string;
  readonly department: string;
  /** The client's own subject; empty on a stranger's receipt, which carries nothing of the stranger's text. */
  readonly subject: string;
  readonly name: string;
  readonly hint: string;
  readonly helpUrl: string;
  readonly helpPhone: string;
  readonly attachments: number;
  readonly otherTickets: readonly { readonly ticketId: string; readonly subject: string }[];
  /** Number of the account it was filed under, where the sender has several; empty otherwise. */
  readonly account: string;
  /** Nothing proves the sender: the registered address is asked to say so if it was not its own mail. */
  readonly unverified: boolean;
}

/** Tells the registered address that a reply without proof of its sender came in its name. */
export interface ReplyNoticeData {
  readonly kind: 'reply-notice';
  readonly ticketId: string;
  readonly company: string;
  readonly department: string;
  readonly subject: string;
  readonly name: string;
  readonly helpUrl: string;
  readonly helpPhone: string;
}

/** What a refusal notice says. */
export interface RefusalNoticeData {
  readonly kind: 'refusal-notice';
  /** Intake reference, for the company's help desk. */
  readonly reference: string;
  readonly company: string;
  readonly department: string;
  readonly helpUrl: string;
  readonly helpPhone: string;
}

/** Tells the opener what became of its ticket without a mail of its own. */
export interface StatusMailData {
  readonly kind:
    | 'ticket-resolved'
    | 'ticket-closed'
    | 'ticket-reopened'
    | 'ticket-moved'
    | 'auto-close-warning'
    | 'auto-close-notice';
  readonly ticketId: string;
  readonly company: string;
  readonly department: string;
  /** Empty for a stranger, whose text goes nowhere. */
  readonly subject: string;
  readonly name: string;
  /** After the change. */
  readonly status: TicketStatus;
  readonly helpUrl: string;
  readonly helpPhone: string;
  /** Days in which a reply still reopens it. */
  readonly reopenDays: number;
  /** A warning: until it closes. A notice: how long nobody had written. `ticket-resolved`: until it closes, 0 for never. */
  readonly days: number;
}

export type StatusMailKind = StatusMailData['kind'];

export type MailData =
  | ReceiptData
  | ReplyNoticeData
  | RefusalNoticeData
  | StatusMailData
  | StaffMailData
  | StaffDigestData;
export type OutgoingKind = MailData['kind'];

/** A mail to be sent; becomes a row of the outbox. */
export interface OutgoingMail {
  readonly recipient: string;
  readonly recipientName: string;
  readonly from: string;
  readonly fromName: string;
  readonly language: Language;
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly data: MailData;
  readonly files?: readonly OutgoingFile[];
  /** Sent when this one fails or bounces. */
  readonly ifUndelivered?: OutgoingMail;
}

/** A mailbox whose department does not take the mail, whatever became of it in another one. */
export interface TurnedDown {
  readonly address: string;
  readonly reason: RefusalReason;
  readonly department: string;
  readonly language: Language;
}

export interface Decision {
  readonly verdict: Verdict;
  readonly reason: Reason;
  /** The reason in words for the client; `null` unless the verdict is `refuse`. */
  readonly refusal: RefusalReason | null;
  /** Of the mailboxes that the mail is for, those that say no; LMTP tells each. */
  readonly turnedDown: readonly TurnedDown[];
  /** In shadow mode: why the mail would have been refused. */
  readonly wouldRefuse: RefusalReason | null;
  /** The ticket that was opened or written to. */
  readonly ticket: string | null;
  /** Language of the reply. */
  readonly language: Language;
  readonly department: string | null;
  readonly contact: Contact | null;
  readonly service: { readonly serviceId: number; readonly name: string } | null;
  readonly thread: { readonly ticket: Ticket; readonly by: ThreadBy } | null;
  /** Attachments of a risky type by their position, and whether the ticket goes without them. */
  readonly risky: { readonly positions: readonly number[]; readonly dropped: boolean };
  /** Other people that the mail is addressed to: who follows the ticket from now on, and who is only noted. */
  readonly copied: Copied;
  readonly effect: Effect;
  readonly outgoing: readonly OutgoingMail[];
  /** Contacts whose mark `undeliverable` is taken away. */
  readonly reachable: readonly number[];
  /** Every step in order, in English: the trace. */
  readonly because: readonly string[];
}
