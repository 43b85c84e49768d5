/**
 * A mail of staff (docs/design.md, "Staff by mail"): an answer that goes to the client, a note, commands, or a ticket
 * opened for a client. Whatever is not clear sends nothing to the client and goes back to its writer.
 */
import { REPLY_MARKERS } from '../mail/reply-marker.ts';
import { visibleText } from '../mail/visible-reply.ts';
import { answerAndTell } from './answer-and-tell.ts';
import type { Decision } from './decision.ts';
import type { Draft } from './draft.ts';
import type { Candidate } from './find-thread.ts';
import { type IncomingMail, NOT_PARSED } from './incoming-mail.ts';
import { afterStaff, isFromPerson } from './lifecycle.ts';
import { maskStaff } from './mask-staff.ts';
import { againstAnswer } from './may-answer.ts';
import { openForClient } from './open-for-client.ts';
import { filesForClient } from './outgoing-files.ts';
import { type Department, departmentOf, departmentsOfStaff, type Staff } from './policy.ts';
import { type Returned, returnMail } from './return-mail.ts';
import { answerRecipients } from './staff-answer.ts';
import { readStaffCommands, type StaffOrders } from './staff-commands.ts';
import { carryOut } from './staff-orders.ts';
import { threadOf } from './which-ticket.ts';

/** Below it text of somebody else may stand in what looks written (mail/visible-reply.ts). */
const SURE = 0.75;

/** `null`: the sender is no staff, or writes as a client here. */
export function staffMail(draft: Draft): Decision | null {
  const { facts, mail, policy } = draft.situation;
  const departments = departmentsOfStaff(policy, draft.sender);
  if (departments.length === 0) return null;
  const proved = draft.verified || mail.authenticity.fromStaffNetwork;
  if (!proved) {
    draft.say(`staff: the mail names ${draft.sender}, and nothing proves that it is from there`);
    const refused = draft.refuseSender('staff-not-authenticated');
    if (refused !== null) return refused;
  }
  draft.say(`staff: ${draft.sender} works for ${departments.map(({ key }) => key).join(', ')}`);
  const keys = departments.map(({ key }) => key);
  const thread = threadOf(mail, facts, policy, [], (key) => keys.includes(key));
  draft.because.push(...thread.because);
  const found = thread.candidate;
  if (mail.kind === 'auto-reply') return draft.end('ignore', 'auto-reply-without-ticket');

  // A program writes nothing to clients, and what a person lets in without proof or after it came back is kept, not sent.
  const obeyed = proved && isFromPerson(mail.kind) && !draft.situation.admitted;
  const orders = readStaffCommands(mail.text, mail.cut.visible, policy.ticketPrefix);
  for (const { typed } of orders.commands) draft.say(`command: ${typed}${obeyed ? '' : ' (not obeyed)'}`);
  if (found !== null) return obeyed ? onTicket(draft, found, orders) : note(draft, found, proved);

  const department = draft.recipients.find((one) => keys.includes(one.department.key))?.department ?? departments[0];
  const by = department === undefined ? undefined : memberOf(department, draft.sender);
  if (department === undefined || by === undefined || !obeyed)
    return facts.contacts.length > 0 ? null : draft.end('hold', 'staff-no-ticket');
  if (orders.commands.some(({ command }) => command.kind === 'client'))
    return againstAnswerRate(draft) ?? openForClient(draft, by, department, orders);
  // A staff member may be a client too.
  if (facts.contacts.length > 0 && orders.commands.length === 0 && orders.unknown.length === 0) return null;
  return returnMail(draft, by, department, null, { reason: isUnread(mail) ? 'not-read' : 'no-ticket' });
}

/** Its text is ours, about what could not be read. */
function isUnread({ defects }: IncomingMail): boolean {
  return defects.includes(NOT_PARSED);
}

function memberOf({ staff }: Department, address: string): Staff | undefined {
  return staff.find((member) => member.address === address);
}

function note(draft: Draft, found: Candidate, proved: boolean): Decision {
  const { ticketId, publicId, department } = found.ticket;
  draft.department = departmentOf(draft.situation.policy, department) ?? draft.department;
  const message = { author: 'staff', visibility: 'note', verified: proved } as const;
  return draft.end('append-message', 'staff-note', {
    thread: found,
    effect: { kind: 'append', ticketId, publicId, message, status: null, notes: [] },
  });
}

function againstAnswerRate(draft: Draft): Decision | null {
  const why = againstAnswer(draft);
  if (why === null) return null;
  draft.say(`held: ${why}`);
  return draft.end('hold', 'staff-rate');
}

/** A person of the ticket's department, with proof. */
function onTicket(draft: Draft, found: Candidate, orders: StaffOrders): Decision {
  const { facts, mail, now, policy, signing } = draft.situation;
  const known = facts.onTicket;
  const department = departmentOf(policy, found.ticket.department);
  const by = department === undefined ? undefined : memberOf(department, draft.sender);
  // What the thread was looked up with is what the rules look it up with.
  if (known === null || known.ticket.ticketId !== found.ticket.ticketId || department === undefined || by === undefined)
    throw new Error(`the facts of ${found.ticket.publicId} were not looked up`);
  const { ticket } = known;
  draft.department = department;
  const giveBack = (returned: Returned) => returnMail(draft, by, department, ticket, returned);

  if (isUnread(mail)) return giveBack({ reason: 'not-read' });
  if (orders.unknown.length > 0) return giveBack({ reason: 'unknown-command', typed: orders.unknown });
  const forClient = orders.commands.find(({ command }) => command.kind === 'client');
  if (forClient !== undefined)
    return giveBack({ reason: 'command-refused', why: 'impossible', typed: [forClient.typed] });
  const rate = againstAnswerRate(draft);
  if (rate !== null) return rate;

  const text = visibleText(mail.text, { ...mail.cut, visible: orders.visible });
  const shared = filesForClient(mail, orders.visible, known.knownFiles, policy, ticket.mailbox, draft.droppedFiles);
  const isNote = department.staffReplies === 'note' || orders.commands.some(({ command }) => command.kind === 'note');
  const says = text !== '' || shared.files.length > 0 || shared.mails.length > 0;
  if (!says && orders.commands.length === 0) return giveBack({ reason: 'empty' });
  const isPublic = says && !isNote;
  const recipients = isPublic ? answerRecipients(department, ticket, known, policy) : [];
  if (isPublic) {
    if (!isSure(draft, text)) return giveBack({ reason: 'uncertain-cut' });
    if (shared.mails.length > 0) return giveBack({ reason: 'attached-mail', typed: shared.mails });
    if (recipients.length === 0) return giveBack({ reason: 'nobody-to-answer' });
  }

  const rules = { policy, signing, now, entropy: mail.entropy };
  const status = isPublic ? afterStaff('reply', ticket.status) : ticket.status;
  const answered = { ...ticket, status };
  const carried = carryOut(orders.commands, answered, { ...known, commanded: facts.commanded }, by, isPublic, rules);
  if (!carried.ok) {
    draft.say(`command: ${carried.typed} refused: ${carried.message}`);
    return giveBack({ reason: 'command-refused', why: carried.why, typed: [carried.typed], known: carried.known });
  }
  const { steps, after } = carried;
  for (const step of steps) for (const change of step.answer.changes) draft.say(`desk: ${change}`);
  if (isPublic && status !== ticket.status) draft.say(`status: ${ticket.status} → ${status}`);
  const reopened = isPublic && ticket.status === 'closed' ? [`Reopened by an answer of ${by.name}.`] : [];
  const cards = shared.cards.length === 0 || !isPublic ? [] : [`Not sent to the client: ${shared.cards.join(', ')}.`];
  const answer = { text: maskStaff(text, policy, after.mailbox), files: shared.files, by, movedFrom: department.key };
  return draft.end('append-message', isPublic ? 'staff-answer' : says ? 'staff-note' : 'staff-command', {
    thread: found,
    outgoing: [
      ...(isPublic ? answerAndTell(draft, answer, recipients, after, known) : []),
      ...steps.flatMap((step) => [...step.answer.outgoing, ...step.answer.toStaff]),
    ],
    effect: {
      kind: 'append',
      ticketId: ticket.ticketId,
      publicId: ticket.publicId,
      message: {
        author: 'staff',
        visibility: isPublic ? 'public' : 'note',
        verified: true,
        // A mail of commands alone is shown as it was written.
        ...(orders.visible.length === 0 ? {} : { visible: orders.visible }),
      },
      status: status === ticket.status ? null : status,
      notes: [...reopened, ...cards],
      steps,
    },
  });
}

/** Nothing of what a client must not see can stand in the text. */
function isSure({ situation: { mail } }: Draft, text: string): boolean {
  return mail.cut.confidence >= SURE && mail.cut.rule !== 'forward' && !REPLY_MARKERS.some((one) => text.includes(one));
}
