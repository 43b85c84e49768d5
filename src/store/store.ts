/**
 * What the rest of the program may ask of the database. Every method is one transaction and returns plain data; no
 * SQL, no row type and no transaction handle leaves store/. Expected outcomes are values; `StoreUnavailable` is
 * thrown when the database can't do its work just now, anything else thrown is a bug.
 */
import type { Bounce } from '../mail/automatic.ts';
import type { Decision, DoorReason, OutgoingMail, Signing, Verdict } from '../tickets/decision.ts';
import type { DeskAnswer, DeskRequest } from '../tickets/desk-request.ts';
import type { Explanation } from '../tickets/explanation.ts';
import type { Envelope, IncomingMail } from '../tickets/incoming-mail.ts';
import type {
  AccountState,
  AuthorKind,
  ContactRole,
  Language,
  Priority,
  TicketStatus,
  Visibility,
} from '../tickets/model.ts';
import type { Policy } from '../tickets/policy.ts';
import type { SearchTerm } from '../tickets/search-terms.ts';
import type { DeskRules } from '../tickets/status-mails.ts';
import type { AccountChange, AccountChanged } from './account-change.ts';
import type { KeepingStore } from './keeping.ts';

/** full: no space left. busy: somebody else holds the database. io: the disk fails. */
export type Unavailable = 'full' | 'busy' | 'io';

export class StoreUnavailable extends Error {
  readonly why: Unavailable;

  constructor(why: Unavailable, cause: unknown) {
    super(`the store is unavailable (${why})`, { cause });
    this.why = why;
  }
}

/** Where the raw bytes of a mail are: in the row itself, or in a blob file that is already on the disk. */
export type RawMail =
  | { readonly inline: Buffer }
  | { readonly blob: { readonly sha256: string; readonly size: number } };

export interface MailToRecord {
  readonly mail: IncomingMail;
  readonly raw: RawMail;
  /** Bytes. */
  readonly size: number;
}

/** Rules and clock for one decision. */
export interface Rules {
  readonly policy: Policy;
  readonly signing: Signing;
  /** Epoch milliseconds. */
  readonly now: number;
  /** A person lets this mail in, whatever the rules say about its sender. */
  readonly admitted?: boolean;
  /** Nobody could say just now whether the sender is a client: it is kept for review instead of being turned down. */
  readonly unsure?: boolean;
}

/** What came of running a stored mail again. */
export type Replayed =
  | { readonly kind: 'decided'; readonly decision: Decision }
  /** It has made a ticket or a message already; nothing was changed. */
  | { readonly kind: 'has-ticket'; readonly ticket: string }
  | { readonly kind: 'unknown' };

/** A mail that never reached the rules: refused for its bytes, or held because of a fault of ours. */
export interface MailToKeep {
  readonly reference: string;
  readonly receivedAt: number;
  readonly envelope: Envelope;
  /** What there is of it: of a mail that was too large only the start. */
  readonly raw: RawMail;
  /** Bytes that were received. */
  readonly size: number;
  readonly reason: DoorReason | 'internal-error';
  /** In normal form, where it could be read. */
  readonly sender: string | null;
  readonly subject: string;
}

export interface Account {
  readonly number: string;
  readonly name: string;
  readonly language: Language | null;
  readonly state: AccountState;
  readonly contacts: readonly AccountContact[];
  /** In normal form. */
  readonly services: readonly string[];
}

export interface AccountContact {
  /** Normal form or `*@domain`. */
  readonly address: string;
  readonly name: string;
  readonly language: Language | null;
  readonly role: ContactRole;
  readonly primary: boolean;
  /** `null`: all. */
  readonly departments: readonly string[] | null;
}

/** What is left out stays as it is where it is merged into what is there; otherwise it gets its default. */
export type AccountToSave = Pick<Account, 'number' | 'name' | 'services'> &
  LeftOut<Pick<Account, 'language' | 'state'>> & { readonly contacts: readonly ContactToSave[] };

export type ContactToSave = Pick<AccountContact, 'address'> & LeftOut<Omit<AccountContact, 'address'>>;

type LeftOut<Fields> = { readonly [Key in keyof Fields]?: Fields[Key] | undefined };

/** merge: what is named is added or updated, nothing is removed. replace: a named account becomes exactly this. */
export type SaveMode = 'merge' | 'replace';

export interface SavedCounts {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
}

export interface AccountSummary {
  readonly number: string;
  readonly name: string;
  readonly state: AccountState;
  readonly language: Language | null;
  readonly contacts: number;
  readonly services: number;
}

export interface AccountDetail extends Account {
  /** Contacts to whom mails come back for good, and since when (epoch milliseconds). */
  readonly undeliverable: readonly { readonly address: string; readonly since: number }[];
  readonly tickets: readonly TicketSummary[];
}

export interface TicketSummary {
  readonly id: string;
  readonly status: TicketStatus;
  readonly priority: Priority;
  readonly department: string;
  /** Address of the staff member. */
  readonly assignee: string | null;
  readonly account: string | null;
  readonly opener: string;
  readonly subject: string;
  readonly messages: number;
  readonly createdAt: number;
  readonly lastMessageAt: number;
  /** Since when it has this status: of an open one, how long it has waited. */
  readonly statusChangedAt: number;
}

export interface TicketDetail extends TicketSummary {
  /** Its number in another system. */
  readonly legacyId: string | null;
  /** The ticket that goes on in its place. */
  readonly mergedInto: string | null;
  /** Tickets that were merged into this one; their messages stand in the thread. */
  readonly merged: readonly string[];
  readonly splitFrom: string | null;
  readonly splitOff: readonly string[];
  readonly service: string | null;
  readonly language: Language;
  readonly mailbox: string;
  readonly continues: string | null;
  /** Contacts of the account that a client copied in. */
  readonly followers: readonly string[];
  readonly thread: readonly TicketMessage[];
  readonly mails: readonly OutboxSummary[];
}

export interface TicketMessage {
  /** What names it when it is split off. */
  readonly id: number;
  /** The ticket that it came to: another one where that was merged into this. */
  readonly ticket: string;
  readonly at: number;
  readonly author: AuthorKind;
  readonly visibility: Visibility;
  readonly address: string | null;
  readonly name: string;
  readonly verified: boolean;
  readonly text: string;
  readonly visibleText: string;
  /** As received, never made safe: for `safeHtml` only. */
  readonly html: string | null;
  /** Reference of the intake record. */
  readonly mail: string | null;
  readonly attachments: readonly TicketFile[];
}

export interface TicketFile {
  /** As it is shown and written: safe as a file name, and no other file of the message has it. */
  readonly name: string;
  /** As the sender named it: data, never a path. */
  readonly filename: string | null;
  readonly contentType: string;
  readonly size: number;
  readonly sha256: string;
  readonly inline: boolean;
  readonly contentId: string | null;
  /** Of a type that a double click would run. */
  readonly risky: boolean;
}

export interface MailSummary {
  readonly reference: string;
  readonly receivedAt: number;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly sender: string | null;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly ticket: string | null;
  /** In shadow mode: why it would have been refused. */
  readonly wouldRefuse: string | null;
  readonly size: number;
}

export interface MailDetail extends MailSummary {
  readonly mailFrom: string;
  readonly ip: string | null;
  readonly helo: string | null;
  readonly messageId: string;
  readonly explanation: Explanation;
}

/** One of many that are read in the order in which they came. */
export interface PagedMail extends MailDetail {
  /** Rises with every mail and is never given twice; means nothing outside of this database. */
  readonly row: number;
}

export type OutboxState = 'queued' | 'sending' | 'sent' | 'failed' | 'cancelled';
export const OUTBOX_STATES: readonly OutboxState[] = ['queued', 'sending', 'sent', 'failed', 'cancelled'];

export interface OutboxSummary {
  readonly id: number;
  readonly kind: string;
  readonly state: OutboxState;
  readonly recipient: string;
  readonly ticket: string | null;
  readonly attempts: number;
  readonly createdAt: number;
  readonly nextAttemptAt: number;
  readonly finishedAt: number | null;
  readonly lastError: string | null;
  /** The worst that was reported about it after it had left. */
  readonly bounce: Bounce | null;
  /** Who asked for another try, or cancelled it. */
  readonly handledBy: string | null;
}

export interface OutboxDetail extends OutboxSummary {
  readonly mail: OutgoingMail;
  /** The mail as it goes out; `null` until it is first claimed. */
  readonly rendered: Buffer | null;
}

export interface MailFilter extends Page {
  readonly verdict?: Verdict;
  /** Only mails that shadow mode let in and the rules would have refused. */
  readonly wouldRefuse?: boolean;
}

export interface MailPage extends Page {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Row of the last mail of the page before, which may be gone meanwhile; `null`: from the start. */
  readonly after: number | null;
}

export interface Page {
  readonly limit: number;
}

export interface IntakeStore {
  /** Loads the facts, decides and writes all of it in one transaction. Resolves once it is on the disk. */
  recordMail(mail: MailToRecord, rules: Rules): Promise<Decision>;
  /**
   * As `recordMail`, for a mail whose attachments have not been kept yet: where the decision stores a message, nothing
   * is written and the answer is `null`; the attachments are to be kept then and `recordMail` asked.
   */
  recordWithoutFiles(mail: MailToRecord, rules: Rules): Promise<Decision | null>;
  /** What `recordMail` would decide now; writes nothing. */
  decideMail(mail: IncomingMail, rules: Rules): Promise<Decision>;
  keepMail(mail: MailToKeep): Promise<void>;
  /** Decides a mail that has an intake record again, and puts the new decision in the place of the old one. */
  replayMail(mail: IncomingMail, rules: Rules): Promise<Replayed>;
}

/** A mail that the worker holds until `leaseUntil`, and nobody else can touch. */
export interface ClaimedMail {
  readonly id: number;
  readonly kind: string;
  readonly recipient: string;
  readonly ticket: string | null;
  readonly attempts: number;
  /** Since when it is tried, epoch milliseconds: when it was queued, or when somebody asked for another try. */
  readonly since: number;
  readonly leaseUntil: number;
  readonly mail: OutgoingMail;
  /** It was rendered before: `findFrozen` has the bytes, which may be large. */
  readonly frozen: boolean;
}

export interface OutboxStore {
  /** Takes up to `limit` mails that are due, oldest first, for `leaseMs` milliseconds. Expired leases are due again. */
  claimMails(limit: number, now: number, leaseMs: number): Promise<ClaimedMail[]>;
  /** Keeps rendered mails, so that each later attempt sends the same bytes. */
  freezeMails(mails: readonly { readonly id: number; readonly rendered: Buffer }[]): Promise<void>;
  findFrozen(id: number): Promise<Buffer | null>;
  /** Ends claims, all in one transaction. A failed mail is noted on its ticket. */
  finishMails(finished: readonly { readonly id: number; readonly outcome: SendOutcome }[], now: number): Promise<void>;
  /** When the next mail is due, epoch milliseconds; `null` when nothing waits. */
  nextDueAt(): Promise<number | null>;
  /** Sends mails that have failed or were cancelled once more from the start of the plan; those that wait are due at once. */
  retryMails(which: readonly number[] | 'all-failed', by: string, now: number): Promise<OutboxChange[]>;
  /** Mails that wait or have failed are not sent any more. */
  cancelMails(ids: readonly number[], by: string, now: number): Promise<OutboxChange[]>;
}

export type SendOutcome =
  | { readonly state: 'sent' }
  /** `badAddress`: the answer says that the address does not exist; its contacts are marked. */
  | { readonly state: 'failed'; readonly error: string; readonly badAddress: boolean }
  /**
   * `counted` is false where the attempt says nothing about this mail (the smarthost was down); `error` is null where there
   * was no attempt, and the one before stays.
   */
  | {
      readonly state: 'queued';
      readonly error: string | null;
      readonly nextAttemptAt: number;
      readonly counted: boolean;
    };

/** What became of one mail that somebody wanted changed. */
export type OutboxChange =
  | { readonly id: number; readonly kind: 'done' }
  | { readonly id: number; readonly kind: 'unknown' }
  /** It is in a state in which that can't be done; `sending`: the worker holds it. */
  | { readonly id: number; readonly kind: 'refused'; readonly state: OutboxState };

export interface AccountStore {
  /** Saves a batch in one transaction. */
  saveAccounts(batch: readonly AccountToSave[], mode: SaveMode, now: number): Promise<SavedCounts>;
  /** Marks every account that is not named as closed; returns how many that were. */
  closeOtherAccounts(numbers: readonly string[], now: number): Promise<number>;
  /** Adds one contact to an account, or changes nothing when it is there; false when there is no such account. */
  addContact(number: string, contact: ContactToSave, now: number): Promise<boolean>;
  /** An address in normal form or `*@domain`. False when it is blocked already (or not, for `unblock`). */
  blockSender(address: string, now: number): Promise<boolean>;
  unblockSender(address: string): Promise<boolean>;
  listBlocked(): Promise<{ readonly address: string; readonly blockedAt: number }[]>;
  listAccounts(page: Page): Promise<AccountSummary[]>;
  changeAccount(change: AccountChange, now: number): Promise<AccountChanged>;
  /** Those that are there, in any order. */
  findAccounts(numbers: readonly string[]): Promise<Account[]>;
  /** Whole accounts by number, from the one after `after` (`''`: the first) on. */
  pageAccounts(after: string, limit: number): Promise<Account[]>;
  /** Numbers of those that `closeOtherAccounts` would close. */
  listOtherAccounts(numbers: readonly string[]): Promise<string[]>;
  findAccount(number: string): Promise<AccountDetail | null>;
}

export interface TicketFilter extends Page {
  readonly status?: TicketStatus;
  readonly department?: string;
  readonly assignee?: string;
  /** Where they wait, first who has waited longest, by priority; otherwise newest first. */
  readonly inQueueOrder?: boolean;
}

export type DeskResult =
  | Extract<DeskAnswer, { kind: 'refused' }>
  | {
      readonly kind: 'done';
      readonly ticket: string;
      /** The one it was merged into, or that was split off. */
      readonly other: string | null;
      /** Empty where everything was so already. */
      readonly changes: readonly string[];
      /** A mail to the client was queued. */
      readonly mailed: boolean;
    };

/** A ticket that the clock has touched. */
export interface StaleTicket {
  readonly ticket: string;
  readonly action: 'warned' | 'closed';
  readonly mailed: boolean;
}

/** When the digest of held and refused mails is due. */
export interface DigestTime {
  /** Of the day; `null`: there is none. */
  readonly hour: number | null;
  /** Of the server: `Europe/Madrid`. */
  readonly timeZone: string;
}

export interface DigestOutcome {
  /** How many were queued. */
  readonly mails: number;
}

export interface UnfinishedTickets {
  readonly department: string;
  /** How many are not closed; at least 1. */
  readonly tickets: number;
}

export interface DeskStore {
  /** Loads the ticket, decides and writes all of it in one transaction. */
  changeTicket(request: DeskRequest, rules: DeskRules): Promise<DeskResult>;
  /** Warns and closes tickets on which nobody has written for as long as the policy says; up to `limit` of each. */
  closeStale(rules: DeskRules, limit: number): Promise<StaleTicket[]>;
  /** Once a day: queues the digests of held and refused mails, and marks the day as done. */
  writeDigest(rules: DeskRules, time: DigestTime): Promise<DigestOutcome>;
  /** Tickets on which all of these stand, newest first. */
  searchTickets(terms: readonly SearchTerm[], page: Page): Promise<TicketSummary[]>;
  /** Messages that a search does not find yet: those of the last moment, or more while the index is made anew. */
  messagesUnsearched(): Promise<number>;
  /** Brings the index up to date. False where another process was at it: the words of erased texts may be in it still. */
  catchUpSearch(): Promise<boolean>;
  listTickets(filter: TicketFilter): Promise<TicketSummary[]>;
  /** Departments with tickets that are not closed, whether the config still names them or not. */
  countUnfinished(): Promise<UnfinishedTickets[]>;
  findTicket(publicId: string): Promise<TicketDetail | null>;
  listMails(filter: MailFilter): Promise<MailSummary[]>;
  findMail(reference: string): Promise<MailDetail | null>;
  /** Mails in the order in which they came. */
  pageMails(page: MailPage): Promise<PagedMail[]>;
  /** The newest ones, in the order in which they came. */
  lastMails(page: Page): Promise<PagedMail[]>;
  findRawMail(reference: string): Promise<RawMail | null>;
  listOutbox(filter: Page & { readonly state?: OutboxState }): Promise<OutboxSummary[]>;
  findOutgoing(id: number): Promise<OutboxDetail | null>;
}

export interface BlobRow {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

export interface BlobRows {
  /** Those of these names that a row names. */
  namedBlobs(names: readonly string[]): Promise<string[]>;
}

/** Figures for those who watch the gateway. */
export interface StoreFigures {
  readonly outbox: { readonly queued: number; readonly sending: number; readonly failed: number };
  /** Epoch milliseconds; `null` where nothing waits. */
  readonly oldestQueuedAt: number | null;
  readonly databaseBytes: number;
  /** Attachments and raw mails in files. */
  readonly blobs: { readonly files: number; readonly bytes: number };
}

export interface LiveFigures {
  /** Departments with open tickets. */
  readonly open: readonly { readonly department: string; readonly tickets: number }[];
  /** Mails that came within the last minute, hour and day. */
  readonly mails: Readonly<Record<Verdict, { readonly minute: number; readonly hour: number; readonly day: number }>>;
  /** Newest first. */
  readonly last: readonly MailSummary[];
}

export interface Store extends IntakeStore, OutboxStore, AccountStore, DeskStore, BlobRows, KeepingStore {
  /** The sum over all files may be a minute old. */
  figures(now: number): Promise<StoreFigures>;
  /** What goes on. */
  live(now: number): Promise<LiveFigures>;
  close(): Promise<void>;
}
