/**
 * What a client's mail does to the status of its ticket (the table in docs/design.md, "Life of a ticket").
 */
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
