/**
 * What those ask of the store who keep it small and let go of what must go: retention, and one person's data. Plain data
 * in and out, short transactions; see store.ts.
 */
import type { ErasedPerson } from '../tickets/erasure.ts';
import type { AuthorKind, Visibility } from '../tickets/model.ts';
import type { MailPlace, MailSize, Removal } from '../tickets/retention.ts';

/** Rows that may go, and the files that they name. */
export interface DueRows {
  readonly ids: readonly number[];
  /** Hashes. To be touched before the rows go: one of them may lose its last row. */
  readonly blobs: readonly string[];
}

export interface DueSummary {
  readonly rows: number;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly oldest: number | null;
  readonly newest: number | null;
}

export interface Removed {
  readonly rows: number;
  readonly bytes: number;
  /** Files that no row names any more. */
  readonly blobs: readonly string[];
}

/** Pages of the database file. */
export interface FileSpace {
  readonly pageBytes: number;
  readonly pages: number;
  readonly free: number;
}

export interface RetentionStore {
  summarizeDue(removal: Removal): Promise<DueSummary>;
  findDue(removal: Removal, limit: number): Promise<DueRows>;
  /** Those of the rows that are still due. */
  removeDue(removal: Removal, ids: readonly number[]): Promise<Removed>;
  /** Refused mails, newest first, from behind `after` on. */
  pageRefusedSizes(after: MailPlace | null, limit: number): Promise<MailSize[]>;
  fileSpace(): Promise<FileSpace>;
  /** Gives up to so many free pages back to the disk; how many it were. */
  giveBackPages(limit: number): Promise<number>;
}

/** Row IDs of what stands about one person. */
export interface PersonRows {
  readonly contacts: readonly number[];
  readonly blocked: boolean;
  /** Tickets that the person opened. */
  readonly opened: readonly number[];
  /** Tickets on which something changes: opened, written to, followed, mailed about. */
  readonly tickets: readonly number[];
  /** The person's own messages. */
  readonly messages: readonly number[];
  /** Notes of the system, and other people's texts on these tickets, that name the address. */
  readonly mentions: readonly number[];
  /** Mails from the person, and reports about mails to it. */
  readonly mails: readonly number[];
  /** Records of other people's mails that name the person. */
  readonly recordsNaming: readonly number[];
  /** Mails to the person. */
  readonly outbox: readonly number[];
  /** Mails to others that name the person or the subjects of its tickets. */
  readonly outboxNaming: readonly number[];
  /** Bytes of the person's mails as they came. */
  readonly rawBytes: number;
  readonly attachments: number;
}

/** Some of the rows: one transaction. */
export type PersonPart =
  | { readonly kind: 'contacts'; readonly ids: readonly number[] }
  | { readonly kind: 'messages' | 'mentions' | 'mails' | 'recordsNaming' | 'tickets'; readonly ids: readonly number[] }
  | {
      readonly kind: 'outbox' | 'outboxNaming';
      readonly ids: readonly number[];
      /** Public IDs of the tickets whose subjects go. */
      readonly opened: readonly string[];
    };

export interface PersonMessage {
  readonly id: number;
  readonly ticket: string;
  readonly at: number;
  readonly author: AuthorKind;
  readonly visibility: Visibility;
  readonly address: string | null;
  readonly name: string;
  readonly verified: boolean;
  readonly text: string;
  readonly html: string | null;
  readonly attachments: readonly {
    readonly filename: string | null;
    readonly contentType: string;
    readonly size: number;
    readonly sha256: string;
  }[];
}

export interface PersonStore {
  findPerson(address: string): Promise<PersonRows>;
  /** Public IDs. */
  ticketIds(rows: readonly number[]): Promise<string[]>;
  mailReferences(rows: readonly number[]): Promise<string[]>;
  /** The person's own messages, and what staff wrote in public on the tickets that it opened. */
  readMessages(rows: Pick<PersonRows, 'messages' | 'opened'>): Promise<PersonMessage[]>;
  erasePart(person: ErasedPerson, part: PersonPart, now: number): Promise<Removed>;
  /** A note of the system, which begins as `erasureNote` says; none where it stands already and the person wrote nothing since. */
  noteErasure(person: ErasedPerson, tickets: readonly number[], text: string, now: number): Promise<void>;
  /** Public IDs in the order in which they were opened, from the one after `after` (`null`: the first) on. */
  pageTicketIds(after: string | null, limit: number): Promise<string[]>;
}

export interface KeepingStore extends RetentionStore, PersonStore {}
