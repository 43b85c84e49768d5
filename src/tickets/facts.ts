/**
 * What `decide` must know from the database, and the keys under which the store looks it up. Every key is exact
 * and has an index; the number of keys is bounded however long the mail is.
 */

import { withoutReplyPrefixes } from '../mail/subject.ts';
import { visibleText } from '../mail/visible-reply.ts';
import type { Service } from './find-service.ts';
import { namedDomains } from './find-service.ts';
import { type ThreadKeys, threadKeys } from './find-thread.ts';
import { copiedAddresses } from './followers.ts';
import type { IncomingMail } from './incoming-mail.ts';
import { contactKeys } from './match-account.ts';
import type { Contact, Ticket } from './model.ts';
import { type ReportedMail, reportedIds } from './note-bounce.ts';
import { isStaff, type Policy } from './policy.ts';
import { readStaffCommands } from './staff-commands.ts';
import { type Commanded, type CommandKeys, commandKeys, type TicketFacts } from './ticket-facts.ts';

export interface LookupKeys {
  /** Sender in normal form; `null` when the From is not clear. */
  readonly sender: string | null;
  readonly contactAddresses: readonly string[];
  /** Of the other people that the mail is addressed to. */
  readonly copiedAddresses: readonly string[];
  readonly thread: ThreadKeys;
  readonly fingerprint: string;
  /** Domains named in subject and visible text. */
  readonly domains: readonly string[];
  /** `NewTicket.subjectKey` of this mail. */
  readonly subjectKey: string;
  /** Message-IDs of the mail that this one, a report, is about. */
  readonly reportedIds: readonly string[];
  /** Number of that mail in the outbox, where the address that the report came to says so. */
  readonly returned: number | null;
  /** Named by the commands of a staff mail. */
  readonly commanded: CommandKeys | null;
}

export interface Facts {
  readonly contacts: readonly Contact[];
  /** Contacts among the other people that the mail is addressed to (bounded). */
  readonly copiedContacts: readonly Contact[];
  readonly ticketsById: readonly Ticket[];
  /** Tickets under another name: the ID of one that was merged into them, or their number in another system. */
  readonly ticketsByAlias: readonly { readonly alias: string; readonly ticket: Ticket }[];
  readonly ticketsByMessageId: readonly { readonly messageId: string; readonly ticket: Ticket }[];
  /** An earlier mail with this fingerprint that made a ticket or a message. */
  readonly duplicate: { readonly reference: string; readonly ticket: Ticket } | null;
  /** Services of the sender's accounts: those whose domain is named, and those whose name is no domain (bounded). */
  readonly services: readonly Service[];
  /** Open and pending tickets of the sender's accounts on the same subject, newest first (bounded). */
  readonly sameSubject: readonly {
    readonly accountId: number;
    readonly department: string;
    readonly publicId: string;
    readonly subject: string;
  }[];
  /** Upper bound of the number of tickets. */
  readonly ticketCount: number;
  /** Which of the candidate IDs are in use; none where the first is free. */
  readonly takenIds: readonly string[];
  /** Receipts queued for this sender in the last 60 minutes. */
  readonly receiptsLastHour: number;
  /**
   * Answers queued in the last 60 minutes for addresses of the sender's domain that were no contacts of their own; counted
   * only where the sender is none either.
   */
  readonly domainLastHour: number;
  /** Refusal notices queued for this sender in the last 24 hours. */
  readonly noticesLastDay: number;
  /** The entry of the list of blocked senders that covers this one: its address or `*@domain`. */
  readonly blocked: string | null;
  /** The mail of ours that this report is about. */
  readonly reported: ReportedMail | null;
  /** Of the ticket that `expectedTicket` names; `null` where it names none. */
  readonly onTicket: TicketFacts | null;
  /** What the commands of a staff mail name; `null` where they name nothing that has to be looked up. */
  readonly commanded: Commanded | null;
  /** Answers of this staff member in the last 60 minutes; 0 for everybody else. */
  readonly answersLastHour: number;
}

/** What is found by the keys alone. */
export type FirstFacts = Omit<Facts, 'onTicket' | 'commanded' | 'answersLastHour'>;

export function lookupKeys(mail: IncomingMail, policy: Policy): LookupKeys {
  const sender = mail.sender.clear ? mail.sender.address : null;
  return {
    sender,
    contactAddresses: sender === null ? [] : contactKeys(sender, policy.stripTag),
    copiedAddresses: [
      ...new Set(copiedAddresses({ mail, policy }).flatMap((address) => contactKeys(address, policy.stripTag))),
    ],
    thread: threadKeys(mail, policy),
    fingerprint: mail.fingerprint,
    domains: namedDomains(`${mail.subject}\n${visibleText(mail.text, mail.cut)}`),
    subjectKey: withoutReplyPrefixes(mail.subject).toLowerCase().slice(0, 200),
    reportedIds: reportedIds(mail.bounces),
    returned: mail.bounces.length === 0 ? null : (mail.returned ?? null),
    commanded:
      sender !== null && isStaff(sender, policy)
        ? commandKeys(readStaffCommands(mail.text, mail.cut.visible, policy.ticketPrefix))
        : null,
  };
}
