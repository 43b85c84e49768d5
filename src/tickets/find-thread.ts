/**
 * Which existing ticket a mail belongs to: the first that it names and that its sender may write to. Everything
 * that was looked at is told, also why it was turned down; naming a ticket gives no right to it.
 */
import { namedForeignIds } from './foreign-ids.ts';
import type { IncomingMail } from './incoming-mail.ts';
import { mayWriteTo } from './match-account.ts';
import type { Contact, Ticket } from './model.ts';
import type { Policy } from './policy.ts';
import { namedTicketIds } from './ticket-id.ts';

export type ThreadBy = 'subject' | 'our-message-id' | 'known-message-id';

/** What to look up in the store to find the thread of a mail. */
export interface ThreadKeys {
  /** Public IDs named in the subject, in order. */
  readonly subjectIds: readonly string[];
  /** Numbers of another system named in the subject, by the patterns of the config. */
  readonly foreignIds: readonly string[];
  /** Public IDs that stand, signed by us, in In-Reply-To and References, newest first. */
  readonly signedIds: readonly string[];
  /** Message-IDs that the mail answers, newest first. */
  readonly messageIds: readonly string[];
}

export function threadKeys(
  mail: IncomingMail,
  { ticketPrefix, ticketPatterns }: Pick<Policy, 'ticketPrefix' | 'ticketPatterns'>,
): ThreadKeys {
  const newestFirst = [...mail.references].reverse();
  return {
    subjectIds: namedTicketIds(mail.subject, ticketPrefix),
    foreignIds: namedForeignIds(mail.subject, ticketPatterns),
    signedIds: [...new Set(mail.signedReferences.map(({ ticket }) => `${ticketPrefix}-${ticket}`))],
    messageIds: [...new Set([...mail.inReplyTo, ...newestFirst])],
  };
}

/** A ticket that came up under one of the keys. */
export interface Candidate {
  readonly by: ThreadBy;
  /** The ID or Message-ID that led to it. */
  readonly key: string;
  readonly ticket: Ticket;
}

/** Puts what the store found into the order of the rules: subject, our own IDs, known Message-IDs. */
export function orderCandidates(
  keys: ThreadKeys,
  byPublicId: readonly Ticket[],
  byMessageId: readonly { readonly messageId: string; readonly ticket: Ticket }[],
  byAlias: readonly { readonly alias: string; readonly ticket: Ticket }[] = [],
): Candidate[] {
  const candidates: Candidate[] = [];
  const add = (by: ThreadBy, key: string, ticket: Ticket | undefined) => {
    if (ticket !== undefined) candidates.push({ by, key, ticket });
  };
  // The ID of a ticket that was merged leads to the one that it was merged into.
  const named = (id: string) =>
    byPublicId.find(({ publicId }) => publicId === id) ?? byAlias.find(({ alias }) => alias === id)?.ticket;
  for (const id of keys.subjectIds) add('subject', id, named(id));
  for (const number of keys.foreignIds) add('subject', number, named(number));
  for (const id of keys.signedIds) add('our-message-id', id, named(id));
  for (const id of keys.messageIds) {
    for (const found of byMessageId) if (found.messageId === id) add('known-message-id', id, found.ticket);
  }
  return candidates;
}

/** May this sender write to this ticket as a client? Its account's contacts within their departments, or its opener where it has no account. */
export function mayAppend(sender: string, contacts: readonly Contact[], ticket: Ticket): boolean {
  if (ticket.accountId === null) return sender === ticket.opener;
  return contacts.some((contact) => contact.accountId === ticket.accountId && mayWriteTo(contact, ticket.department));
}

export interface Thread {
  readonly candidate: Candidate | null;
  readonly because: readonly string[];
}

/** `isStaffOf` says whether the sender is believed staff of that department. */
export function findThread(
  sender: string,
  contacts: readonly Contact[],
  candidates: readonly Candidate[],
  keys: ThreadKeys,
  isStaffOf: (department: string) => boolean,
): Thread {
  const because: string[] = [];
  for (const candidate of candidates) {
    const { ticket, by, key } = candidate;
    if (isStaffOf(ticket.department) || mayAppend(sender, contacts, ticket)) {
      because.push(`thread: ${ticket.publicId} by ${by} (${key})`);
      return { candidate, because };
    }
    because.push(`thread: ${ticket.publicId} by ${by} turned down: ${sender} may not write to it`);
  }
  const known = new Set(candidates.map(({ key }) => key));
  for (const id of keys.subjectIds)
    if (!known.has(id)) because.push(`thread: the subject names ${id}, which does not exist`);
  for (const number of keys.foreignIds)
    if (!known.has(number)) because.push(`thread: the subject names ${number} of another system, which no ticket has`);
  if (because.length === 0) because.push('thread: none named');
  return { candidate: null, because };
}
