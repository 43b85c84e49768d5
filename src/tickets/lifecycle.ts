/**
 * The life of a ticket: who moves it where, and which mail tells the client (docs/design.md, "Life of a ticket").
 * Tables and pure functions; time is an argument.
 */
import type { MailKind } from '../mail/automatic.ts';
import type { OutgoingKind, StatusMailKind } from './decision.ts';
import type { TicketStatus } from './model.ts';

const DAY = 24 * 60 * 60 * 1000;

export type AfterClientMail =
  | { readonly kind: 'append'; readonly status: TicketStatus; readonly reopened: boolean }
  /** Closed for too long: a new ticket opens and is linked to it. */
  | { readonly kind: 'new-linked' };

/** `closedAt` and `now` in epoch milliseconds. */
export function afterClientMail(
  ticket: { readonly status: TicketStatus; readonly closedAt: number | null },
  now: number,
  reopenDays: number,
): AfterClientMail {
  switch (ticket.status) {
    case 'open':
    case 'pending':
      return { kind: 'append', status: 'open', reopened: false };
    case 'resolved':
      return { kind: 'append', status: 'open', reopened: true };
    case 'closed':
      if (ticket.closedAt !== null && now - ticket.closedAt > reopenDays * DAY) return { kind: 'new-linked' };
      return { kind: 'append', status: 'open', reopened: true };
    default:
      return ticket.status satisfies never;
  }
}

/** What people of the company do to a ticket. A note, an automatic mail and a bounce change nothing and have no row. */
export type StaffEvent = 'reply' | 'set-open' | 'set-pending' | 'set-resolved' | 'set-closed';

/** The status after a staff event. A public reply to a resolved ticket goes out and leaves it resolved. */
const STAFF: Record<StaffEvent, Record<TicketStatus, TicketStatus>> = {
  reply: { open: 'pending', pending: 'pending', resolved: 'resolved', closed: 'pending' },
  'set-open': { open: 'open', pending: 'open', resolved: 'open', closed: 'open' },
  'set-pending': { open: 'pending', pending: 'pending', resolved: 'pending', closed: 'pending' },
  'set-resolved': { open: 'resolved', pending: 'resolved', resolved: 'resolved', closed: 'resolved' },
  'set-closed': { open: 'closed', pending: 'closed', resolved: 'closed', closed: 'closed' },
};

export function afterStaff(event: StaffEvent, status: TicketStatus): TicketStatus {
  return STAFF[event][status];
}

/** `null`: nothing that the client has to know. A ticket that waits for the client was told by the answer itself. */
const TOLD: Record<TicketStatus, Record<TicketStatus, StatusMailKind | null>> = {
  open: { open: null, pending: null, resolved: 'ticket-resolved', closed: 'ticket-closed' },
  pending: { open: null, pending: null, resolved: 'ticket-resolved', closed: 'ticket-closed' },
  resolved: { open: 'ticket-reopened', pending: null, resolved: null, closed: 'ticket-closed' },
  closed: { open: 'ticket-reopened', pending: 'ticket-reopened', resolved: null, closed: null },
};

/** The mail that tells the client of a change that somebody else made. */
export function statusMailFor(from: TicketStatus, to: TicketStatus): StatusMailKind | null {
  return TOLD[from][to];
}

/** A client is told of a move while its ticket is with the department; a closed ticket is not moved. */
export function afterMove(status: TicketStatus): 'told' | 'silent' | 'not-possible' {
  if (status === 'open') return 'told';
  return status === 'closed' ? 'not-possible' : 'silent';
}

/** Did a person write it? Evidence of a list makes a reply no less human: clients write through groups. */
export function isFromPerson(kind: MailKind): boolean {
  return kind === 'human' || kind === 'list';
}

export interface AutoCloseRule {
  /** `null`: tickets are never closed by the clock. */
  readonly autoCloseDays: number | null;
  /** Days between the warning and the closing; `null`: no warning. */
  readonly autoCloseWarningDays: number | null;
}

/** Epoch milliseconds. A pending or resolved ticket is due when each of its times is at or before the one given here. */
export interface AutoCloseBounds {
  /** `null`: no warnings. */
  readonly warn: { readonly idleSince: number } | null;
  /** `warnedAt` `null`: closing needs no warning. */
  readonly close: { readonly idleSince: number; readonly warnedAt: number | null };
}

/**
 * Which tickets the clock warns or closes now; `null`: none ever. With warnings on, closing always waits its days
 * from the warning, however long the gateway stood still before it could send one.
 */
export function autoCloseBounds(
  now: number,
  { autoCloseDays, autoCloseWarningDays }: AutoCloseRule,
): AutoCloseBounds | null {
  if (autoCloseDays === null) return null;
  const idleSince = now - autoCloseDays * DAY;
  if (autoCloseWarningDays === null) return { warn: null, close: { idleSince, warnedAt: null } };
  const warningTime = autoCloseWarningDays * DAY;
  return { warn: { idleSince: idleSince + warningTime }, close: { idleSince, warnedAt: now - warningTime } };
}

/**
 * What the auto-close clock of a ticket does when a mail of ours has left: an answer of staff would start it anew,
 * a warning starts the days that the client has been promised. A record, so that a new kind of mail has to say.
 */
export const ON_DELIVERY: Record<OutgoingKind, 'restart-clock' | 'start-warning-time' | 'nothing'> = {
  receipt: 'nothing',
  'stranger-receipt': 'nothing',
  'reply-notice': 'nothing',
  'refusal-notice': 'nothing',
  'ticket-resolved': 'nothing',
  'ticket-closed': 'nothing',
  'ticket-reopened': 'nothing',
  'ticket-moved': 'nothing',
  'auto-close-warning': 'start-warning-time',
  'auto-close-notice': 'nothing',
  'staff-answer': 'restart-clock',
  'opened-for-client': 'nothing',
  'staff-new-ticket': 'nothing',
  'staff-client-replied': 'nothing',
  'staff-assigned': 'nothing',
  'staff-unassigned': 'nothing',
  'staff-moved': 'nothing',
  'staff-colleague-answered': 'nothing',
  'staff-answers-crossed': 'nothing',
  'staff-mail-returned': 'nothing',
  'answer-undelivered': 'nothing',
  'staff-digest': 'nothing',
};

/** Mails that answer a mail by themselves: what `receiptsPerHour` counts. People and clocks take nobody's share. */
export const ANSWERS: ReadonlySet<OutgoingKind> = new Set([
  'receipt',
  'stranger-receipt',
  'reply-notice',
  'staff-mail-returned',
  'staff-answers-crossed',
]);
