/**
 * What a person can ask of a ticket, what has to be looked up for it, and the answer. Data only.
 */
import type { NewTicket, OutgoingMail } from './decision.ts';
import type { DeskTicket } from './desk-ticket.ts';
import type { AuthorKind, Priority, TicketStatus } from './model.ts';
import type { ConversationMail } from './thread-headers.ts';
import type { NewestMessage } from './ticket-facts.ts';

/** `null` takes the value away; what is left out stays. */
export interface Settings {
  readonly status?: TicketStatus;
  readonly priority?: Priority;
  /** Address of a staff member of the ticket's department. */
  readonly assignee?: string | null;
  /** Name of a service of the account, in normal form. */
  readonly service?: string | null;
  /** Account number. */
  readonly account?: string;
  /** Number in another system. */
  readonly legacyId?: string | null;
}

export type DeskRequest = {
  readonly ticket: string;
  /** Who asks for it, and why, as the ticket's note says it. */
  readonly by: string;
  readonly reason: string;
  /** Send no mail to the client. */
  readonly silent: boolean;
  /** The staff member who asks: is not told of what it did itself. */
  readonly byAddress?: string;
  /** An answer that goes out with it tells the client. */
  readonly answered?: boolean;
} & (
  | { readonly kind: 'close' | 'reopen' }
  | ({ readonly kind: 'set' } & Settings)
  | { readonly kind: 'move'; readonly department: string }
  /** `into`: public ID of the ticket that goes on. */
  | { readonly kind: 'merge'; readonly into: string }
  /** `messages`: numbers of messages of the ticket. */
  | { readonly kind: 'split'; readonly messages: readonly number[]; readonly subject: string }
);

export interface DeskMessage {
  readonly messageId: number;
  readonly author: AuthorKind;
  readonly address: string | null;
  readonly name: string;
  readonly verified: boolean;
}

/** Looked up by what the request names. */
export interface DeskFacts {
  readonly ticket: DeskTicket;
  readonly into: DeskTicket | null;
  readonly account: { readonly accountId: number; readonly number: string } | null;
  /** The named service, of the account that the ticket is on or gets. */
  readonly service: { readonly serviceId: number; readonly name: string } | null;
  /** Another ticket that has this number of another system. */
  readonly legacyHolder: string | null;
  readonly messages: readonly DeskMessage[];
  /** What a client wrote last, and the mails about the ticket, for the staff who are told. */
  readonly newest: NewestMessage | null;
  readonly conversation: readonly ConversationMail[];
  /** For a new ticket ID. */
  readonly ticketCount: number;
  /** As `Facts.takenIds`. */
  readonly takenIds: readonly string[];
}

export interface TicketPatch {
  readonly status?: TicketStatus;
  readonly priority?: Priority;
  readonly assignee?: string | null;
  readonly serviceId?: number | null;
  readonly accountId?: number;
  readonly department?: string;
  readonly mailbox?: string;
  readonly legacyId?: string | null;
}

export type DeskEffect =
  | { readonly kind: 'change'; readonly patch: TicketPatch }
  | {
      readonly kind: 'merge';
      readonly into: DeskTicket /** Of the ticket that goes on. */;
      readonly status: TicketStatus;
    }
  | { readonly kind: 'split'; readonly ticket: NewTicket; readonly messages: readonly number[] };

export type DeskAnswer =
  | {
      readonly kind: 'refused';
      /** wrong: the request itself. missing: what it names. impossible: not as the ticket is. */
      readonly why: 'wrong' | 'missing' | 'impossible';
      readonly message: string;
    }
  | {
      readonly kind: 'done';
      readonly effect: DeskEffect;
      /** What was done, in English, one line each: the ticket's note without who and why. */
      readonly changes: readonly string[];
      /** Notes on the other ticket of a merge or split. */
      readonly changesOfOther: readonly string[];
      /** To the client. */
      readonly outgoing: readonly OutgoingMail[];
      readonly toStaff: readonly OutgoingMail[];
    };

export type DeskRefused = Extract<DeskAnswer, { kind: 'refused' }>;

export function refused(why: DeskRefused['why'], message: string): DeskRefused {
  return { kind: 'refused', why, message };
}
