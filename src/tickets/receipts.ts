/**
 * What goes back to the writer of a mail, and where: always to that one address. A stranger's mail and a refusal
 * notice carry nothing of what the stranger wrote, so that nobody can use us to write to others.
 */
import type { NewTicket, OutgoingMail } from './decision.ts';
import type { Situation } from './draft.ts';
import { mayWriteTo } from './match-account.ts';
import type { Contact, Ticket } from './model.ts';
import { newMessageId, rootMessageId } from './own-message-ids.ts';
import type { Department } from './policy.ts';
import type { Recipient } from './recipients.ts';
import { threadHeaders } from './thread-headers.ts';

const MAX_OTHER_TICKETS = 5;

/**
 * `account`: its number, named where the sender has several and we had to choose; else empty. `contact`: who the
 * ticket is for, `null` for a stranger. Without proof of the sender nothing that the mail says stands in the receipt:
 * a forger would write to a client under our name.
 */
export function writeReceipt(
  { mail, facts, policy, signing }: Situation,
  ticket: NewTicket,
  department: Department,
  account: string,
  contact: Contact | null,
): OutgoingMail {
  const { language } = ticket;
  const stranger = ticket.accountId === null;
  const unverified = mail.authenticity.outcome !== 'verified';
  const name = stranger ? '' : unverified ? (contact?.name ?? '') : ticket.openerName;
  const others =
    contact === null || unverified
      ? []
      : facts.sameSubject.filter((one) => one.accountId === ticket.accountId && mayWriteTo(contact, one.department));
  return {
    recipient: ticket.opener,
    recipientName: name,
    from: ticket.mailbox,
    fromName: `${department.names[language]} · ${policy.company}`,
    language,
    messageId: newMessageId(ticket.publicId, 'receipt-message-id', {
      signing,
      now: mail.receivedAt,
      entropy: mail.entropy,
    }),
    ...threadHeaders(rootMessageId(ticket.publicId, signing), mail.references, mail.messageId),
    data: {
      kind: stranger ? 'stranger-receipt' : 'receipt',
      ticketId: ticket.publicId,
      company: policy.company,
      department: department.names[language],
      subject: stranger || unverified ? '' : ticket.subject,
      name,
      hint: department.hint[language] ?? '',
      helpUrl: department.helpUrl ?? '',
      helpPhone: department.helpPhone ?? '',
      attachments: stranger ? 0 : mail.attachments.filter(({ inline }) => !inline).length,
      otherTickets: others
        .slice(0, MAX_OTHER_TICKETS)
        .map(({ publicId, subject }) => ({ ticketId: publicId, subject })),
      account,
      unverified,
    },
  };
}

/** For a reply without proof of its sender: the registered address learns of it, whoever wrote it. */
export function writeReplyNotice(
  { mail, policy, signing }: Situation,
  ticket: Ticket,
  department: Department,
  contact: Contact | null,
): OutgoingMail {
  const { language } = ticket;
  const sender = mail.sender.clear ? mail.sender.address : '';
  return {
    recipient: sender,
    recipientName: contact?.name ?? '',
    from: ticket.mailbox,
    fromName: `${department.names[language]} · ${policy.company}`,
    language,
    messageId: newMessageId(ticket.publicId, 'reply-notice-message-id', {
      signing,
      now: mail.receivedAt,
      entropy: mail.entropy,
    }),
    ...threadHeaders(rootMessageId(ticket.publicId, signing), mail.references, mail.messageId),
    data: {
      kind: 'reply-notice',
      ticketId: ticket.publicId,
      company: policy.company,
      department: department.names[language],
      subject: ticket.accountId === null ? '' : ticket.subject,
      name: contact?.name ?? '',
      helpUrl: department.helpUrl ?? '',
      helpPhone: department.helpPhone ?? '',
    },
  };
}

/** Tells a stranger that its mail was not let in, where the department chose to say it by mail (`unregistered: notify`). */
export function writeRefusalNotice(
  { mail, policy, signing }: Situation,
  sender: string,
  { department, address, language }: Recipient,
): OutgoingMail {
  return {
    recipient: sender,
    recipientName: '',
    from: address,
    fromName: `${department.names[language]} · ${policy.company}`,
    language,
    messageId: newMessageId(null, 'notice-message-id', { signing, now: mail.receivedAt, entropy: mail.entropy }),
    inReplyTo: mail.messageId,
    references: [mail.messageId],
    data: {
      kind: 'refusal-notice',
      reference: mail.reference,
      company: policy.company,
      department: department.names[language],
      helpUrl: department.helpUrl ?? '',
      helpPhone: department.helpPhone ?? '',
    },
  };
}
