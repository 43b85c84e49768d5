/**
 * Two tickets become one, or one becomes two. Nothing is thrown away: the messages of a merged ticket stay where they
 * are and are read together with those of the other; split messages move, and both tickets say so.
 */
import { withoutReplyPrefixes } from '../mail/subject.ts';
import { type DeskAnswer, type DeskFacts, type DeskRequest, refused } from './desk-request.ts';
import { statusMailFor } from './lifecycle.ts';
import type { DeskRules } from './status-mails.ts';
import { tell } from './tell-opener.ts';
import { freeId } from './ticket-id.ts';

/** Only what the same people may write to becomes one ticket; anything else would show it to others. */
export function merge(
  request: Extract<DeskRequest, { kind: 'merge' }>,
  { ticket, into }: DeskFacts,
  rules: DeskRules,
): DeskAnswer {
  if (into === null) return refused('missing', `there is no ticket ${request.into}`);
  if (into.ticketId === ticket.ticketId) return refused('wrong', 'a ticket cannot be merged into itself');
  if (into.mergedInto !== null)
    return refused('impossible', `${into.publicId} was merged into ${into.mergedInto}; merge into that one`);
  if (into.accountId !== ticket.accountId)
    return refused(
      'impossible',
      `${ticket.publicId} is on ${ticket.accountNumber ?? 'no account'} and ${into.publicId} on ${into.accountNumber ?? 'no account'}; set the account first`,
    );
  if (ticket.accountId === null && into.opener !== ticket.opener)
    return refused('impossible', `${ticket.publicId} and ${into.publicId} have no account and different openers`);
  if (into.status === 'closed') return refused('impossible', `${into.publicId} is closed; reopen it first`);
  // What waits for the department goes on waiting for it, and is not closed by the clock of the other ticket.
  const status = ticket.status === 'open' ? 'open' : into.status;
  const told = tell(request, statusMailFor(into.status, status), { ...into, status }, rules);
  return {
    kind: 'done',
    effect: { kind: 'merge', into, status },
    changes: [`merged into ${into.publicId}`],
    changesOfOther: [
      `${ticket.publicId} (${ticket.subject}) merged into this ticket`,
      ...(status === into.status ? [] : [`status: ${into.status} → ${status}`]),
      ...told.notes,
    ],
    outgoing: told.outgoing,
    toStaff: [],
  };
}

/** Chosen messages go on as a ticket of their own, beside the one that they came from. */
export function split(
  { messages: numbers, subject }: Extract<DeskRequest, { kind: 'split' }>,
  facts: DeskFacts,
  rules: DeskRules,
): DeskAnswer {
  const { ticket } = facts;
  const written = facts.messages.filter(({ author }) => author !== 'system');
  const chosen = written.filter(({ messageId }) => numbers.includes(messageId));
  const missing = numbers.find((number) => !chosen.some(({ messageId }) => messageId === number));
  if (missing !== undefined)
    return refused('missing', `${ticket.publicId} has no message ${missing} that somebody wrote`);
  const first = chosen.find(({ author }) => author === 'client');
  if (first === undefined) return refused('wrong', 'at least one of the messages must be from a client');
  if (!written.some((one) => one.author === 'client' && !chosen.includes(one)))
    return refused('impossible', `${ticket.publicId} would be left without a message of a client`);
  const free = freeId(rules.entropy, rules.policy.ticketPrefix, facts);
  // Whoever wrote without proof does not become the one who is told.
  const author = first.verified ? first.address : null;
  const opener = ticket.accountId === null ? ticket.opener : (author ?? ticket.opener);
  const list = chosen.map(({ messageId }) => `#${messageId}`).join(', ');
  return {
    kind: 'done',
    effect: {
      kind: 'split',
      messages: chosen.map(({ messageId }) => messageId),
      ticket: {
        publicId: free,
        accountId: ticket.accountId,
        serviceId: null,
        opener,
        openerName: opener === ticket.opener ? ticket.openerName : first.name,
        department: ticket.department,
        mailbox: ticket.mailbox,
        subject,
        subjectKey: (withoutReplyPrefixes(subject) || subject).toLowerCase().slice(0, 200),
        priority: ticket.priority,
        language: ticket.language,
        continues: null,
      },
    },
    changes: [`messages ${list} split off into ${free}`],
    changesOfOther: [`split off from ${ticket.publicId} with its messages ${list}`],
    outgoing: [],
    toStaff: [],
  };
}
