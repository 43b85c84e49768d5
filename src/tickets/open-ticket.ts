/**
 * A mail that belongs to no ticket: which department takes it, on which account the new ticket stands, and whether
 * the sender gets a receipt.
 */

import { firstWords, withoutReplyPrefixes } from '../mail/subject.ts';
import { visibleText } from '../mail/visible-reply.ts';
import type { Decision, NewTicket, OutgoingMail } from './decision.ts';
import type { Draft } from './draft.ts';
import { findService, namesWord } from './find-service.ts';
import { chooseAccount, eligibleContacts } from './match-account.ts';
import { againstNotice, againstReceipt } from './may-answer.ts';
import type { Contact, Ticket } from './model.ts';
import { tellOfTicket } from './notify-staff.ts';
import { writeReceipt, writeRefusalNotice } from './receipts.ts';
import type { Recipient } from './recipients.ts';
import { freeId } from './ticket-id.ts';

/** The first department that takes the sender gets the ticket; the others are noted on it. `continues`: the closed ticket before it. */
export function openTicket(
  draft: Draft,
  contacts: readonly Contact[],
  continues: Ticket | null,
  notes: readonly string[],
): Decision {
  const refused: { readonly recipient: Recipient; readonly answer: Refused }[] = [];
  let taker: { readonly recipient: Recipient; readonly contacts: readonly Contact[] } | null = null;
  for (const recipient of draft.recipients) {
    // Once one has taken it, the others are asked only for what they would say to their own address.
    const answer: Answer =
      taker === null ? departmentPolicy(draft, recipient, contacts) : answerOf(draft, recipient, contacts).answer;
    if (!answer.taken) refused.push({ recipient, answer });
    else taker ??= { recipient, contacts: answer.contacts };
  }
  draft.turnedDown = refused
    .filter(({ recipient, answer }) => refuses(draft, recipient, answer))
    .map(({ recipient: { address, department, language }, answer: { reason } }) => {
      return { address, reason, department: department.key, language };
    });
  if (taker !== null) return open(draft, taker.recipient, taker.contacts, continues, notes);
  // Where one keeps the mail for review it is kept: one that refuses says so to its own address only (LMTP).
  const last = refused.find(({ recipient, answer }) => !refuses(draft, recipient, answer)) ?? refused[0];
  if (last === undefined) {
    draft.say('recipient: none of our mailboxes');
    return draft.refuse('unregistered-sender');
  }
  return turnDown(draft, last.recipient, last.answer);
}

/** Says no in the dialogue, and does not keep the mail for a person to look at. */
function refuses(draft: Draft, { department }: Recipient, { reason }: Refused): boolean {
  if (reason === 'replies-only') return true;
  return department.unregistered === 'refuse' && !isUnsure(draft, reason);
}

function isUnsure(draft: Draft, reason: Refused['reason']): boolean {
  return draft.situation.unsure === true && (reason === 'unregistered-sender' || reason === 'account-state');
}

type Refused = {
  readonly taken: false;
  readonly reason: 'replies-only' | NonNullable<ReturnType<typeof eligibleContacts>['why']>;
};
type Answer = { readonly taken: true; readonly contacts: readonly Contact[] } | Refused;

function departmentPolicy(draft: Draft, recipient: Recipient, contacts: readonly Contact[]): Answer {
  const { answer, why, wouldRefuse } = answerOf(draft, recipient, contacts);
  draft.say(`${recipient.address}: ${recipient.department.key} takes ${why}`);
  if (wouldRefuse !== null) draft.refuseSender(wouldRefuse);
  return answer;
}

/** What the department says to this sender, in words too; `wouldRefuse`: taken only because nobody is refused now. */
function answerOf(
  draft: Draft,
  { department, accepts }: Recipient,
  contacts: readonly Contact[],
): { readonly answer: Answer; readonly why: string; readonly wouldRefuse: Refused['reason'] | null } {
  if (accepts === 'replies') {
    const why = 'only replies to its tickets';
    return { answer: { taken: false, reason: 'replies-only' }, why, wouldRefuse: null };
  }
  const eligible = eligibleContacts(contacts, department);
  if (eligible.why === null) {
    const why = `${accepts}; the sender is a registered contact`;
    return { answer: { taken: true, contacts: eligible.contacts }, why, wouldRefuse: null };
  }
  const stranger: Answer = { taken: true, contacts: [] };
  if (accepts === 'anyone') return { answer: stranger, why: 'anyone', wouldRefuse: null };
  const why = `${accepts}: ${eligible.why}`;
  if (draft.situation.policy.shadow || draft.situation.admitted)
    return { answer: stranger, why, wouldRefuse: eligible.why };
  return { answer: { taken: false, reason: eligible.why }, why, wouldRefuse: null };
}

/** What the department has decided for those it does not take: refuse, hold, or hold and tell them. */
function turnDown(draft: Draft, recipient: Recipient, { reason }: Refused): Decision {
  draft.department = recipient.department;
  draft.language = recipient.language;
  const { unregistered } = recipient.department;
  if (refuses(draft, recipient, { taken: false, reason })) return draft.refuse(reason);
  if (isUnsure(draft, reason)) {
    draft.say(`${recipient.address}: kept for review, the account look-up gave no answer`);
    return draft.end('hold', 'held-for-review');
  }
  const notice = unregistered === 'notify' ? refusalNotice(draft, recipient) : null;
  draft.say(`${recipient.address}: kept for review (unregistered: ${unregistered})`);
  return draft.end('hold', reason, { outgoing: notice === null ? [] : [notice] });
}

/** One notice for each address and day. */
function refusalNotice(draft: Draft, recipient: Recipient): OutgoingMail | null {
  const why = againstNotice(draft);
  if (why !== null) {
    draft.say(`notice: none, ${why}`);
    return null;
  }
  draft.say(`notice: to ${draft.sender} in ${recipient.language}`);
  return writeRefusalNotice(draft.situation, draft.sender, recipient);
}

function open(
  draft: Draft,
  recipient: Recipient,
  eligible: readonly Contact[],
  continues: Ticket | null,
  notes: readonly string[],
): Decision {
  const { mail } = draft.situation;
  const visible = visibleText(mail.text, mail.cut);
  const filed = fileUnder(draft, `${mail.subject}\n${visible}`, eligible, continues);
  draft.contact = filed.contact;
  draft.department = recipient.department;
  draft.language = recipient.language;

  const language = filed.contact?.language ?? filed.contact?.accountLanguage ?? recipient.language;
  const subject = mail.subject || firstWords(visible) || (language === 'es' ? '(sin asunto)' : '(no subject)');
  const ticket: NewTicket = {
    publicId: freeTicketId(draft),
    accountId: filed.contact?.accountId ?? null,
    serviceId: filed.service?.serviceId ?? null,
    opener: draft.sender,
    // A forged name must not come back to the client in our mails.
    openerName: draft.verified ? (mail.sender.clear ? mail.sender.name : '') : (filed.contact?.name ?? ''),
    department: recipient.department.key,
    mailbox: recipient.address,
    subject,
    subjectKey: (withoutReplyPrefixes(mail.subject) || subject).toLowerCase().slice(0, 200),
    priority: recipient.department.priority,
    language,
    continues: continues?.ticketId ?? null,
  };
  draft.say(`ticket: ${ticket.publicId} in ${ticket.department}`);
  const others = draft.recipients.filter((other) => other !== recipient).map(({ address }) => address);
  const receipt = receiptFor(draft, ticket, recipient, filed.ambiguous);
  return draft.end('open-ticket', continues === null ? 'new-ticket' : 'reply-after-closing', {
    effect: {
      kind: 'open',
      ticket,
      message: { author: 'client', visibility: 'public', verified: draft.verified },
      notes: [
        ...notes,
        ...(filed.ambiguous
          ? [`The sender is a contact of several accounts; filed under ${filed.contact?.accountNumber} (${filed.by}).`]
          : []),
        ...(others.length > 0 ? [`Also sent to ${others.join(', ')}.`] : []),
        ...(draft.wouldRefuse === null
          ? []
          : [`Shadow mode: this mail would have been refused (${draft.wouldRefuse}).`]),
      ],
    },
    outgoing: [
      ...(receipt === null ? [] : [receipt]),
      ...tellOfTicket(draft, 'staff-new-ticket', { status: 'open', assignee: null, ...ticket }, filed.contact, []),
    ],
    service: filed.service,
  });
}

interface Filed {
  readonly contact: Contact | null;
  readonly service: { readonly serviceId: number; readonly name: string } | null;
  readonly by: string;
  /** The sender has several accounts and nothing in the mail says which one is meant. */
  readonly ambiguous: boolean;
}

function fileUnder(draft: Draft, searched: string, eligible: readonly Contact[], continues: Ticket | null): Filed {
  const accountIds = new Set(eligible.map(({ accountId }) => accountId));
  const owned = findService(
    searched,
    draft.situation.facts.services.filter(({ accountId }) => accountIds.has(accountId)),
  );
  // Of one account there is nothing to choose.
  const upper = accountIds.size > 1 ? searched.toUpperCase() : '';
  const namedAccounts = eligible
    .map(({ accountNumber }) => accountNumber.toUpperCase())
    .filter((number) => namesWord(upper, number));
  const sameAccount = eligible.filter(({ accountId }) => accountId === continues?.accountId);
  const chosen = chooseAccount(sameAccount.length > 0 ? sameAccount : eligible, {
    namedAccounts,
    serviceAccounts: owned === null ? [] : [owned.accountId],
  });
  if (chosen === null) return { contact: null, service: null, by: '', ambiguous: false };
  const service = owned !== null && owned.accountId === chosen.contact.accountId ? owned : null;
  draft.say(`account: ${chosen.contact.accountNumber} (${chosen.by})`);
  if (service !== null) draft.say(`service: ${service.name}`);
  return {
    contact: chosen.contact,
    service,
    by: chosen.by,
    ambiguous: chosen.by === 'primary' || chosen.by === 'first-account',
  };
}

export function freeTicketId(draft: Draft): string {
  const { mail, facts, policy } = draft.situation;
  return freeId(mail.entropy, policy.ticketPrefix, facts);
}

/** A receipt goes to people, not more than so many an hour, and to strangers only when they are who they say. */
function receiptFor(draft: Draft, ticket: NewTicket, recipient: Recipient, ambiguous: boolean): OutgoingMail | null {
  const why =
    ticket.accountId === null && !draft.verified ? 'a stranger without proof of its address' : againstReceipt(draft);
  if (why !== null) {
    draft.say(`receipt: none, ${why}`);
    return null;
  }
  draft.say(`receipt: to ${draft.sender} in ${ticket.language}`);
  return writeReceipt(
    draft.situation,
    ticket,
    recipient.department,
    ambiguous ? (draft.contact?.accountNumber ?? '') : '',
    draft.contact,
  );
}
