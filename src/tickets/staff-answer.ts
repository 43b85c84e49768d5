/**
 * A staff answer on its way to the client: whom it goes to, and one mail for each of them. It comes from the department;
 * nothing of the staff member's own mail goes along but the words that were written, and no address of staff.
 */
import type { OutgoingMail } from './decision.ts';
import type { DeskTicket } from './desk-ticket.ts';
import { contactKeys, mayWriteTo, nearestContacts } from './match-account.ts';
import type { Contact, Language } from './model.ts';
import type { OutgoingFile } from './outgoing-files.ts';
import { newMessageId, rootMessageId } from './own-message-ids.ts';
import { type Department, departmentOf, isStaff, type Policy, type Staff } from './policy.ts';
import type { DeskRules } from './status-mails.ts';
import { threadForClient } from './thread-headers.ts';
import type { TicketFacts } from './ticket-facts.ts';

export interface AnswerRecipient {
  readonly address: string;
  readonly name: string;
  readonly language: Language;
  /** Copied in by the client. */
  readonly follower: boolean;
}

/**
 * The opener or the account's holder first, as the department wants it, then the followers. Only who is a contact of the
 * ticket's account now, or the stranger who opened a ticket without account. Empty: there is nobody left to answer.
 */
export function answerRecipients(
  department: Pick<Department, 'answersTo'>,
  ticket: DeskTicket,
  { contacts, followers }: Pick<TicketFacts, 'contacts' | 'followers'>,
  policy: Policy,
): readonly AnswerRecipient[] {
  const { opener } = ticket;
  if (ticket.accountId === null) return [{ address: opener, name: '', language: ticket.language, follower: false }];
  const own = contacts.filter(({ accountId }) => accountId === ticket.accountId);
  const known = (address: string) => nearestContacts(contactKeys(address, policy.stripTag), own)[0];
  const reader = (contact: Contact, address: string, follower: boolean): AnswerRecipient => ({
    address,
    name: contact.name !== '' || address !== opener ? contact.name : ticket.openerName,
    language: contact.language ?? contact.accountLanguage ?? ticket.language,
    follower,
  });
  const asker = known(opener);
  const holder = holderOf(own);
  const wantsHolder = department.answersTo === 'holder' && asker?.role !== 'holder';
  const main =
    asker !== undefined && !(wantsHolder && holder !== undefined)
      ? reader(asker, opener, false)
      : holder === undefined
        ? null
        : reader(holder, holder.address, false);
  if (main === null) return [];
  const others = followers.flatMap((address) => {
    const contact = known(address);
    if (contact === undefined || address === main.address || isStaff(address, policy)) return [];
    const reachable = contact.undeliverableSince === null || contact.address.startsWith('*@');
    return reachable && mayWriteTo(contact, ticket.department) ? [reader(contact, address, true)] : [];
  });
  return [main, ...others];
}

/** An address of its own; a whole domain is nobody to write to. */
function holderOf(contacts: readonly Contact[]): Contact | undefined {
  const holders = contacts.filter(({ role, address }) => role === 'holder' && !address.startsWith('*@'));
  return holders.find(({ primary }) => primary) ?? holders[0];
}

export interface Answer {
  /** Without addresses of staff. */
  readonly text: string;
  readonly files: readonly OutgoingFile[];
  readonly by: Staff;
  /** The department's name before the answer. */
  readonly movedFrom: string;
}

/** `ticket`: as it is after the answer and its commands. */
export function writeAnswer(
  { text, files, by, movedFrom }: Answer,
  to: AnswerRecipient,
  ticket: DeskTicket,
  conversation: TicketFacts['conversation'],
  { policy, signing, now, entropy }: DeskRules,
): OutgoingMail {
  const department = departmentOf(policy, ticket.department);
  const departmentName = department?.names[to.language] ?? ticket.department;
  return {
    recipient: to.address,
    recipientName: to.name,
    from: ticket.mailbox,
    fromName: `${departmentName} · ${policy.company}`,
    language: to.language,
    messageId: newMessageId(ticket.publicId, `staff-answer-${to.address}`, { signing, now, entropy }),
    ...threadForClient(rootMessageId(ticket.publicId, signing), conversation, to.address),
    data: {
      kind: 'staff-answer',
      ticketId: ticket.publicId,
      company: policy.company,
      department: departmentName,
      subject: ticket.subject,
      text,
      status: ticket.status,
      moved: movedFrom !== ticket.department,
      follower: to.follower,
      files: files.length,
      helpUrl: department?.helpUrl ?? '',
      helpPhone: department?.helpPhone ?? '',
      reopenDays: policy.reopenDays,
      days: policy.autoCloseDays ?? 0,
    },
    ...(files.length === 0 ? {} : { files }),
    ifUndelivered: writeUndelivered(text, to, by, ticket, { policy, signing, now, entropy }),
  };
}

/** Enough to know which answer it was. */
const MAX_REMINDER = 2_000;

/** For the staff member, in case the answer does not arrive; `error` is filled in then. */
function writeUndelivered(
  text: string,
  to: AnswerRecipient,
  by: Staff,
  ticket: DeskTicket,
  { policy, signing, now, entropy }: DeskRules,
): OutgoingMail {
  const { language } = by;
  const department = departmentOf(policy, ticket.department)?.names[language] ?? ticket.department;
  return {
    recipient: by.address,
    recipientName: by.name,
    from: ticket.mailbox,
    fromName: `${department} · ${policy.company}`,
    language,
    messageId: newMessageId(ticket.publicId, `answer-undelivered-${to.address}`, { signing, now, entropy }),
    inReplyTo: null,
    references: [rootMessageId(ticket.publicId, signing)],
    data: {
      kind: 'answer-undelivered',
      ticketId: ticket.publicId,
      company: policy.company,
      department,
      subject: ticket.subject,
      name: by.name,
      recipient: to.address,
      error: '',
      text: text.slice(0, MAX_REMINDER),
    },
  };
}

/** What goes out because `mail` did not arrive; `error`: what the other server said. */
export function undelivered(mail: OutgoingMail, error: string): OutgoingMail | null {
  const notice = mail.ifUndelivered;
  if (notice === undefined || notice.data.kind !== 'answer-undelivered') return null;
  return { ...notice, data: { ...notice.data, error: error.slice(0, 500) } };
}
