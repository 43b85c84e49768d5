/**
 * What the mails say that staff get, and those that carry a staff answer. Plain data, frozen at the moment of its cause.
 */
import type { Priority, TicketStatus } from './model.ts';
import type { NamedFile } from './outgoing-files.ts';
import type { StaffReplies } from './policy.ts';

/** An answer of staff, to a client. Nothing of it names who wrote it. */
export interface StaffAnswerData {
  readonly kind: 'staff-answer';
  readonly ticketId: string;
  readonly company: string;
  readonly department: string;
  readonly subject: string;
  /** What the staff member has written, without commands, quotes and signature. */
  readonly text: string;
  /** After the answer. */
  readonly status: TicketStatus;
  /** The ticket is with another department now. */
  readonly moved: boolean;
  /** The reader was copied in by the client. */
  readonly follower: boolean;
  readonly files: number;
  readonly helpUrl: string;
  readonly helpPhone: string;
  /** Days in which a reply still reopens a closed ticket. */
  readonly reopenDays: number;
  /** Days until a resolved ticket closes; 0: never. */
  readonly days: number;
}

/** To a client: staff have opened a ticket in its name. */
export interface OpenedForClientData {
  readonly kind: 'opened-for-client';
  readonly ticketId: string;
  readonly company: string;
  readonly department: string;
  readonly subject: string;
  readonly name: string;
  readonly helpUrl: string;
  readonly helpPhone: string;
}

export type StaffNoticeKind =
  | 'staff-new-ticket'
  | 'staff-client-replied'
  | 'staff-assigned'
  | 'staff-unassigned'
  | 'staff-moved'
  | 'staff-colleague-answered'
  | 'staff-answers-crossed';

/** To a staff member: something happened to a ticket. */
export interface StaffNoticeData {
  readonly kind: StaffNoticeKind;
  readonly ticketId: string;
  readonly company: string;
  readonly department: string;
  readonly subject: string;
  /** Of the reader. */
  readonly name: string;
  readonly status: TicketStatus;
  readonly priority: Priority;
  /** Name of the colleague it is assigned to; empty for nobody. */
  readonly assignee: string;
  /** `C-1001 · La Espiga`; empty for a ticket without account. */
  readonly account: string;
  /** Name and address of who wrote `text`. */
  readonly author: string;
  readonly address: string;
  /** Nothing proves that the text is from that address. */
  readonly unverified: boolean;
  /** Name of the colleague who did it; empty where a client or the clock did. */
  readonly by: string;
  /** Minutes between two answers. */
  readonly minutes: number;
  readonly text: string;
  /** There is more of it. */
  readonly textCut: boolean;
  /** Files that came along. */
  readonly files: number;
  /** Files that are only named. */
  readonly leftOut: readonly NamedFile[];
  /** Intake reference of the mail; empty where there is none. */
  readonly reference: string;
  /** What a reply to this mail becomes. */
  readonly replies: StaffReplies;
}

/** Why a staff mail was not carried out. */
export type ReturnReason =
  | 'unknown-command'
  | 'command-refused'
  | 'uncertain-cut'
  | 'not-read'
  | 'empty'
  | 'attached-mail'
  | 'nobody-to-answer'
  | 'no-ticket';

/** To a staff member: the mail did nothing, here it is again. */
export interface StaffMailReturnedData {
  readonly kind: 'staff-mail-returned';
  /** Empty where the mail belongs to no ticket. */
  readonly ticketId: string;
  readonly company: string;
  readonly department: string;
  readonly subject: string;
  readonly name: string;
  readonly reason: ReturnReason;
  /** `wrong`, `missing` or `impossible`, where a command was refused. */
  readonly why: string;
  /** The commands or files that it is about, as typed. */
  readonly typed: readonly string[];
  /** What could have stood there. */
  readonly known: readonly string[];
  readonly text: string;
  readonly reference: string;
}

/** To a staff member: the answer did not reach the client. */
export interface AnswerUndeliveredData {
  readonly kind: 'answer-undelivered';
  readonly ticketId: string;
  readonly company: string;
  readonly department: string;
  readonly subject: string;
  readonly name: string;
  /** Address that it went to. */
  readonly recipient: string;
  /** What the other server said; empty until it has failed. */
  readonly error: string;
  readonly text: string;
}

export type StaffMailData =
  | StaffAnswerData
  | OpenedForClientData
  | StaffNoticeData
  | StaffMailReturnedData
  | AnswerUndeliveredData;
