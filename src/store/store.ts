/**
 * What the rest of the program may ask of the database. Every method is one transaction and returns plain data; no
 * SQL, no row type and no transaction handle leaves store/. Expected outcomes are values; `StoreUnavailable` is
 * thrown when the database can't do its work just now, anything else thrown is a bug.
 */
import type { Decision, DoorReason, OutgoingMail, Signing, Verdict } from '../tickets/decision.ts';
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

interface AccountContact {
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
  readonly tickets: readonly TicketSummary[];
}

export interface TicketSummary {
  readonly id: string;
  readonly status: TicketStatus;
  readonly priority: Priority;
  readonly department: string;
  readonly account: string | null;
  readonly opener: string;
  readonly subject: string;
  readonly messages: number;
  readonly createdAt: number;
  readonly lastMessageAt: number;
}

export interface TicketDetail extends TicketSummary {
  readonly service: string | null;
  readonly language: Language;
  readonly mailbox: string;
  readonly continues: string | null;
  readonly thread: readonly TicketMessage[];
  readonly mails: readonly OutboxSummary[];
}

export interface TicketMessage {
  readonly at: number;
  readonly author: AuthorKind;
  readonly visibility: Visibility;
  readonly address: string | null;
  readonly name: string;
  readonly verified: boolean;
  readonly text: string;
  readonly visibleText: string;
  /** Reference of the intake record. */
  readonly mail: string | null;
  readonly attachments: readonly {
    readonly filename: string | null;
    readonly contentType: string;
    readonly size: number;
    readonly sha256: string;
    readonly inline: boolean;
  }[];
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

export interface Page {
  readonly limit: number;
}

export interface IntakeStore {
  /** Loads the facts, decides and writes all of it in one transaction. Resolves once it is on the disk. */
  recordMail(mail: MailToRecord, rules: Rules): Promise<Decision>;
  /** What `recordMail` would decide now; writes nothing. */
  decideMail(mail: IncomingMail, rules: Rules): Promise<Decision>;
  keepMail(mail: MailToKeep): Promise<void>;
  /** Decides a mail that has an intake record again, and puts the new decision in the place of the old one. */
  replayMail(mail: IncomingMail, rules: Rules): Promise<Replayed>;
}

export interface OutboxStore {
  /** Takes up to `limit` mails that are due, oldest first, for `leaseMs` milliseconds. Expired leases are due again. */
  claimMails(limit: number, now: number, leaseMs: number): Promise<OutboxDetail[]>;
  /** Keeps the rendered mail, so that each later attempt sends the same bytes. */
  freezeMail(id: number, rendered: Buffer): Promise<void>;
  finishMail(id: number, outcome: SendOutcome, now: number): Promise<void>;
  /** When the next mail is due, epoch milliseconds; `null` when nothing waits. */
  nextDueAt(): Promise<number | null>;
}

export type SendOutcome =
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly error: string }
  /** `counted` is false where the attempt says nothing about this mail (the smarthost was down). */
  | { readonly state: 'queued'; readonly error: string; readonly nextAttemptAt: number; readonly counted: boolean };

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
  findAccount(number: string): Promise<AccountDetail | null>;
}

export interface DeskStore {
  listTickets(filter: Page & { readonly status?: TicketStatus }): Promise<TicketSummary[]>;
  findTicket(publicId: string): Promise<TicketDetail | null>;
  listMails(filter: MailFilter): Promise<MailSummary[]>;
  findMail(reference: string): Promise<MailDetail | null>;
  findRawMail(reference: string): Promise<RawMail | null>;
  listOutbox(filter: Page & { readonly state?: OutboxState }): Promise<OutboxSummary[]>;
  findOutgoing(id: number): Promise<OutboxDetail | null>;
}

export interface Store extends IntakeStore, OutboxStore, AccountStore, DeskStore {
  close(): Promise<void>;
}
