/**
 * The rules, in their order: loops, bounce, one clear From, authenticity, duplicate, staff, contact, automatic
 * mail, department policy, thread, ticket. Pure: the same mail, facts, policy and time give the same decision.
 * Each rule either decides or passes on; all of them write into the trace why.
 */
import { domainOf, normalizeAddress } from '../mail/address.ts';
import { visibleText } from '../mail/visible-reply.ts';
import { isAlwaysTaken } from './accept-recipient.ts';
import { readClientCommand } from './client-commands.ts';
import { counted } from './counted.ts';
import type { Decision, Effect, OutgoingMail, Reason } from './decision.ts';
import { Draft, type Situation } from './draft.ts';
import { type Candidate, threadKeys } from './find-thread.ts';
import { afterClientMail } from './lifecycle.ts';
import { contactKeys, nearestContacts } from './match-account.ts';
import { againstReceipt } from './may-answer.ts';
import type { Contact } from './model.ts';
import { answerBounce } from './note-bounce.ts';
import { tellOfTicket } from './notify-staff.ts';
import { openTicket } from './open-ticket.ts';
import { departmentOf, isStaff } from './policy.ts';
import { writeReplyNotice } from './receipts.ts';
import { undelivered } from './staff-answer.ts';
import { staffMail } from './staff-mail.ts';
import { threadOf } from './which-ticket.ts';

export function decide(situation: Situation): Decision {
  const draft = new Draft(situation);
  return (
    loop(draft) ??
    bounce(draft) ??
    unclearSender(draft) ??
    authenticity(draft) ??
    blocked(draft) ??
    duplicate(draft) ??
    riskyAttachments(draft) ??
    staffMail(draft) ??
    client(draft)
  );
}

function loop(draft: Draft): Decision | null {
  const { mail, policy } = draft.situation;
  if (mail.kind === 'bounce') return null;
  // `soporte+x@` is soporte@ to RCPT too.
  const untagged = normalizeAddress(draft.sender, { stripTag: true });
  if (policy.mailboxes.some(({ address }) => address === draft.sender || address === untagged)) {
    draft.say(`loop: the mail is from ${draft.sender}, one of our own mailboxes`);
    return draft.refuse('mail-loop');
  }
  if (isAlwaysTaken(draft.sender, policy)) {
    draft.say(`loop: the mail is from ${draft.sender}, which leads to one of our own departments`);
    return draft.refuse('mail-loop');
  }
  if (mail.isOurs) {
    draft.say('loop: the Message-ID is one of ours: a mail that we sent has come back');
    return draft.refuse('mail-loop');
  }
  if (mail.receivedCount > policy.maxReceived) {
    draft.say(`loop: ${mail.receivedCount} Received lines, more than ${policy.maxReceived}`);
    return draft.refuse('mail-loop');
  }
  return null;
}

function bounce(draft: Draft): Decision | null {
  const { mail, facts, policy } = draft.situation;
  const { kind, kindEvidence, bounces } = mail;
  draft.say(`kind: ${kind}${kindEvidence.length > 0 ? ` (${kindEvidence.join('; ')})` : ''}`);
  if (kind !== 'bounce') return null;
  draft.say('a report about a mail is never refused and never opens a ticket');
  const answer = answerBounce(bounces, facts.reported, mail.returned ?? null);
  if (answer.kind === 'nothing') {
    draft.say(`bounce: ${answer.why}`);
    return draft.end('ignore', 'bounce');
  }
  const { outboxId, recipient, ticket } = answer.mail;
  draft.say(`bounce: of outbox ${outboxId} to ${recipient}${ticket === null ? '' : ` on ${ticket.publicId}`}`);
  if (answer.permanent) draft.say(`bounce: mails to ${recipient} come back for good`);
  const notice = answer.lost
    ? undelivered(answer.mail.mail, answer.bounce.diagnostic ?? answer.bounce.status ?? '')
    : null;
  if (notice !== null) draft.say(`staff: ${notice.recipient} told that the answer did not arrive`);
  if (ticket !== null) draft.department = departmentOf(policy, ticket.department) ?? draft.department;
  return draft.end('ignore', 'bounce-noted', {
    outgoing: notice === null ? [] : [notice],
    ...(ticket === null
      ? {}
      : { thread: { ticket, by: 'our-message-id', key: answer.bounce.originalMessageId ?? '' } }),
    effect: {
      kind: 'note-bounce',
      outboxId,
      bounce: answer.bounce,
      notes: [answer.note],
      undeliverable: answer.permanent ? recipient : null,
    },
  });
}

function unclearSender(draft: Draft): Decision | null {
  const { mail, policy } = draft.situation;
  if (mail.sender.clear) {
    draft.say(`sender: ${mail.sender.address}, from the one From header`);
    return null;
  }
  draft.say(`sender: not clear (${mail.sender.why})`);
  if (!policy.shadow) return draft.refuse('unclear-sender');
  // Nobody to open a ticket for, and shadow mode refuses nobody: a person has to look.
  draft.wouldRefuse = 'unclear-sender';
  return draft.end('hold', 'held-for-review');
}

function authenticity(draft: Draft): Decision | null {
  const { mail, policy } = draft.situation;
  const { outcome, demanded, because } = mail.authenticity;
  for (const line of because) draft.say(`authentication: ${line}`);
  if (policy.authentication === 'off' || policy.authentication === 'monitor') return null;
  if (outcome === 'verified') return null;
  if (mail.authenticity.fromStaffNetwork && isStaff(draft.sender, policy)) {
    draft.say('authentication: not needed for staff from a staff network');
    return null;
  }
  if (outcome === 'temporary-failure') return draft.refuseSender('dns-temporary-failure');
  if (policy.authentication === 'strict') return draft.refuseSender('not-authenticated');
  if (demanded === 'reject' || demanded === 'quarantine') {
    draft.say(`authentication: the policy of ${domainOf(draft.sender)} is ${demanded}`);
    return draft.refuseSender('dmarc-policy');
  }
  return null;
}

function blocked(draft: Draft): Decision | null {
  const entry = draft.situation.facts.blocked;
  if (entry === null) return null;
  draft.say(`blocked: ${entry} is on the list of blocked senders`);
  return draft.situation.admitted ? null : draft.refuse('blocked-sender');
}

function duplicate(draft: Draft): Decision | null {
  const earlier = draft.situation.facts.duplicate;
  if (earlier === null) return null;
  draft.say(`duplicate: the same mail came before as ${earlier.reference} and is on ${earlier.ticket.publicId}`);
  draft.department = departmentOf(draft.situation.policy, earlier.ticket.department) ?? draft.department;
  const { messageId } = draft.situation.mail;
  return draft.end('duplicate', 'already-received', {
    thread: { ticket: earlier.ticket, by: 'known-message-id', key: messageId },
  });
}

function riskyAttachments(draft: Draft): Decision | null {
  if (draft.risky.length === 0) return null;
  const { risky } = draft.situation.policy.attachments;
  draft.say(`attachments: of a risky type (${risky}): ${draft.riskyNames()}`);
  return risky === 'refuse' && !draft.situation.admitted ? draft.refuse('risky-attachment') : null;
}

function client(draft: Draft): Decision {
  const { mail, facts, policy } = draft.situation;
  const contacts = nearestContacts(contactKeys(draft.sender, policy.stripTag), facts.contacts);
  const numbers = contacts.map(({ accountNumber }) => accountNumber).join(', ');
  draft.say(contacts.length === 0 ? 'contact: not registered' : `contact: on ${numbers}`);
  draft.contact = contacts[0] ?? null;

  const thread = threadOf(mail, facts, policy, contacts, () => false);
  draft.because.push(...thread.because);
  const found = thread.candidate;
  if (found !== null) return clientReply(draft, contacts, found);
  if (mail.kind === 'auto-reply') {
    draft.say('an automatic reply never opens a ticket');
    return draft.end('ignore', 'auto-reply-without-ticket');
  }
  const { subjectIds, foreignIds } = threadKeys(mail, policy);
  const named = [...subjectIds, ...foreignIds];
  const notes = named.map(
    (id) => `The subject names ${id}, which this sender may not write to or which does not exist.`,
  );
  return openTicket(draft, contacts, null, notes);
}

function clientReply(draft: Draft, contacts: readonly Contact[], found: Candidate): Decision {
  const { facts, mail, now, policy } = draft.situation;
  const { ticket } = found;
  draft.contact = contacts.find(({ accountId }) => accountId === ticket.accountId) ?? draft.contact;
  const message = { author: 'client', visibility: 'public', verified: draft.verified } as const;
  // Nothing that no person wrote changes a status.
  if (mail.kind === 'auto-reply' || mail.kind === 'machine')
    return append(draft, found, message, null, 'auto-reply-noted', []);

  // The client learns of every reply in its name, or it is not let in unseen.
  if (!draft.verified && mail.kind === 'human' && facts.receiptsLastHour >= policy.receiptsPerHour) {
    draft.say(
      `held: unverified, and ${draft.sender} has been told of ${counted(facts.receiptsLastHour, 'mail')} within the hour`,
    );
    return draft.end('hold', 'held-for-review');
  }
  const command = readClientCommand(visibleText(mail.text, mail.cut));
  if (command === 'close' && ticket.status !== 'closed') {
    if (draft.verified) {
      draft.say('command: the client closes the ticket');
      return append(draft, found, message, 'closed', 'reply', [`Closed by ${draft.sender} by mail.`]);
    }
    draft.say('command: not obeyed, the sender is unverified');
  }
  const after = afterClientMail(ticket, now, policy.reopenDays);
  if (after.kind === 'append') {
    if (after.reopened) draft.say(`status: ${ticket.status} → open (reopened)`);
    const notes = after.reopened ? [`Reopened by a mail of ${draft.sender}.`] : [];
    return append(draft, found, message, ticket.status === after.status ? null : after.status, 'reply', notes);
  }
  draft.say(
    `status: ${ticket.publicId} was closed more than ${counted(policy.reopenDays, 'day')} ago: a new ticket continues it`,
  );
  return openTicket(draft, contacts, ticket, [
    `Continues ${ticket.publicId}, closed for more than ${counted(policy.reopenDays, 'day')}.`,
  ]);
}

type Append = Extract<Effect, { kind: 'append' }>;

function append(
  draft: Draft,
  found: Candidate,
  message: Append['message'],
  status: Append['status'],
  reason: Reason,
  notes: readonly string[],
): Decision {
  const { ticketId, publicId, department } = found.ticket;
  draft.department = departmentOf(draft.situation.policy, department) ?? draft.department;
  const notice = replyNotice(draft, found, message);
  return draft.end('append-message', reason, {
    thread: found,
    outgoing: [...(notice === null ? [] : [notice]), ...(reason === 'reply' ? staffNotices(draft, found, status) : [])],
    effect: { kind: 'append', ticketId, publicId, message, status, notes },
  });
}

/** What programs add to a ticket nobody is told of. */
function staffNotices(draft: Draft, { ticket }: Candidate, status: Append['status']): OutgoingMail[] {
  const { onTicket } = draft.situation.facts;
  if (onTicket === null || onTicket.ticket.ticketId !== ticket.ticketId) return [];
  const after = { ...onTicket.ticket, status: status ?? ticket.status };
  return tellOfTicket(draft, 'staff-client-replied', after, draft.contact, onTicket.conversation);
}

/** Whoever writes in a client's name without proof: the client is told, at its registered address. */
function replyNotice(draft: Draft, { ticket }: Candidate, message: Append['message']): OutgoingMail | null {
  if (message.verified || message.author !== 'client' || draft.department === null) return null;
  const why = againstReceipt(draft);
  if (why !== null) {
    draft.say(`notice: none, ${why}`);
    return null;
  }
  draft.say(`notice: to ${draft.sender}, because nothing proves that this reply is from there`);
  return writeReplyNotice(draft.situation, ticket, draft.department, draft.contact);
}
