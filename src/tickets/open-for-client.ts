/**
 * `#cliente C-1001` on a new or forwarded mail of staff: a ticket for that client, with what the mail says as a note. The
 * client gets a receipt that says who opened it; none of the mail's text goes out, for a colleague may be meant.
 */
import { withoutReplyPrefixes } from '../mail/subject.ts';
import type { Decision, NewTicket, OutgoingMail } from './decision.ts';
import type { DeskTicket } from './desk-ticket.ts';
import type { Draft } from './draft.ts';
import { forwardedSender } from './forwarded-sender.ts';
import { maskStaff } from './mask-staff.ts';
import { contactKeys, mayWriteTo, nearestContacts } from './match-account.ts';
import type { Contact } from './model.ts';
import { tellOfTicket } from './notify-staff.ts';
import { freeTicketId } from './open-ticket.ts';
import { newMessageId, rootMessageId } from './own-message-ids.ts';
import type { Department, Staff } from './policy.ts';
import { returnMail } from './return-mail.ts';
import type { StaffOrders } from './staff-commands.ts';
import { carryOut } from './staff-orders.ts';
import { threadHeaders } from './thread-headers.ts';

export function openForClient(draft: Draft, by: Staff, department: Department, orders: StaffOrders): Decision {
  const { mail, now, policy, signing } = draft.situation;
  const order = orders.commands.findLast(({ command }) => command.kind === 'client');
  const refuse = (typed: string, why: string, known: readonly string[] = []) =>
    returnMail(draft, by, department, null, { reason: 'command-refused', why, typed: [typed], known });
  if (order === undefined || order.command.kind !== 'client') throw new Error('no client is named');
  if (orders.unknown.length > 0)
    return returnMail(draft, by, department, null, { reason: 'unknown-command', typed: orders.unknown });
  const elsewhere = orders.commands.find(({ command }) => command.kind === 'merge' || command.kind === 'account');
  if (elsewhere !== undefined) return refuse(elsewhere.typed, 'impossible');

  const content = mail.text.slice(orders.end).trim();
  const chosen = openerOf(draft, order.command.client, department, forwardedSender(content));
  if ('why' in chosen) return refuse(order.typed, chosen.why, chosen.known);
  const { contact, opener } = chosen;
  const recipient = draft.recipients.find((one) => one.department.key === department.key);
  const mailbox =
    recipient?.address ?? policy.mailboxes.find((box) => box.department === department.key)?.address ?? '';
  const language = contact.language ?? contact.accountLanguage ?? recipient?.language ?? department.language;
  // Never the first words of the text: they are a colleague's.
  const subject =
    maskStaff(withoutReplyPrefixes(mail.subject), policy, mailbox) ||
    (language === 'es' ? '(sin asunto)' : '(no subject)');
  const ticket: NewTicket = {
    publicId: freeTicketId(draft),
    accountId: contact.accountId,
    serviceId: null,
    opener,
    openerName: contact.name,
    department: department.key,
    mailbox,
    subject,
    subjectKey: subject.toLowerCase().slice(0, 200),
    priority: department.priority,
    language,
    continues: null,
  };
  const start = newTicketAtDesk(ticket, contact);
  const rules = { policy, signing, now, entropy: mail.entropy };
  const newest = { address: opener, name: contact.name, verified: true, text: content, reference: mail.reference };
  const known = { newest, conversation: [], commanded: null };
  const carried = carryOut(orders.commands, start, known, by, false, rules);
  if (!carried.ok) return refuse(carried.typed, carried.why, carried.known);

  draft.contact = contact;
  draft.department = department;
  draft.say(`client: ${contact.accountNumber}, opened for ${opener}`);
  draft.say(`ticket: ${ticket.publicId} in ${ticket.department}`);
  const assigned = carried.steps.flatMap(({ answer }) => answer.toStaff);
  const toClient = carried.steps.flatMap(({ answer }) => answer.outgoing);
  const told = [by.address, ...assigned.map((one) => one.recipient)];
  return draft.end('open-ticket', 'staff-opened', {
    effect: {
      kind: 'open',
      ticket,
      message: {
        author: 'staff',
        visibility: 'note',
        verified: true,
        visible: content === '' ? mail.cut.visible : [[orders.end, mail.text.length]],
      },
      notes: [`Opened by ${by.name} for ${opener}.`],
      steps: carried.steps,
    },
    outgoing: [
      writeReceiptForClient(draft, ticket, carried.after, department),
      ...toClient,
      ...assigned,
      ...tellOfTicket(draft, 'staff-new-ticket', carried.after, contact, [], {
        except: told,
        by: by.name,
        opener,
        text: content,
      }),
    ],
  });
}

type Chosen = { readonly contact: Contact; readonly opener: string };
type NotChosen = { readonly why: 'wrong' | 'missing' | 'impossible'; readonly known: readonly string[] };

/** Whoever is to be asked and told must be able to answer: a contact of the account that may write to the department. */
function openerOf(draft: Draft, client: string, department: Department, forwarded: string | null): Chosen | NotChosen {
  const { facts, policy } = draft.situation;
  const all = facts.commanded?.contacts ?? [];
  if (all.length === 0) return { why: 'missing', known: [] };
  const contacts = all.filter((contact) => mayWriteTo(contact, department.key));
  if (client.includes('@')) {
    const found = nearestContacts(contactKeys(client, policy.stripTag), contacts);
    const accounts = [...new Set(found.map(({ accountNumber }) => accountNumber))];
    const contact = found.find(({ primary }) => primary) ?? found[0];
    if (contact === undefined) return { why: 'impossible', known: [] };
    // An agency: which of its clients is meant can only be said by the account number.
    if (accounts.length > 1 && !contact.primary) return { why: 'wrong', known: accounts };
    return { contact, opener: client };
  }
  const writer = forwarded === null ? undefined : nearestContacts(contactKeys(forwarded, policy.stripTag), contacts)[0];
  if (writer !== undefined && forwarded !== null) return { contact: writer, opener: forwarded };
  const named = contacts.filter(({ address }) => !address.startsWith('*@'));
  const contact =
    named.find(({ primary, role }) => primary && role === 'holder') ??
    named.find(({ role }) => role === 'holder') ??
    named[0];
  return contact === undefined ? { why: 'impossible', known: [] } : { contact, opener: contact.address };
}

/** The ticket as the desk's rules see it. Its row does not exist yet. */
function newTicketAtDesk(ticket: NewTicket, contact: Contact): DeskTicket {
  return {
    ...ticket,
    ticketId: 0,
    accountNumber: contact.accountNumber,
    status: 'open',
    closedAt: null,
    assignee: null,
    service: null,
    legacyId: null,
    mergedInto: null,
    newestMessageId: null,
    openerIs: { contact: true, verified: false, person: true, undeliverable: contact.undeliverableSince !== null },
  };
}

/** `after`: the ticket as the commands leave it. */
function writeReceiptForClient(
  { situation: { mail, policy, signing } }: Draft,
  ticket: NewTicket,
  after: DeskTicket,
  department: Department,
): OutgoingMail {
  const { language } = ticket;
  const now = policy.departments.find(({ key }) => key === after.department) ?? department;
  return {
    recipient: ticket.opener,
    recipientName: ticket.openerName,
    from: after.mailbox,
    fromName: `${now.names[language]} · ${policy.company}`,
    language,
    messageId: newMessageId(ticket.publicId, 'opened-for-client', {
      signing,
      now: mail.receivedAt,
      entropy: mail.entropy,
    }),
    ...threadHeaders(rootMessageId(ticket.publicId, signing), [], null),
    data: {
      kind: 'opened-for-client',
      ticketId: ticket.publicId,
      company: policy.company,
      department: now.names[language],
      subject: ticket.subject,
      name: ticket.openerName,
      helpUrl: now.helpUrl ?? '',
      helpPhone: now.helpPhone ?? '',
    },
  };
}
