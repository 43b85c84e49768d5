/**
 * What becomes of a request at the desk. Pure: the same ticket, request and rules give the same answer; the store
 * carries it out in the transaction in which it read the facts.
 */
import {
  type DeskAnswer,
  type DeskFacts,
  type DeskRefused,
  type DeskRequest,
  refused,
  type Settings,
  type TicketPatch,
} from './desk-request.ts';
import { normalizeForeignId } from './foreign-ids.ts';
import { afterMove, afterStaff, statusMailFor } from './lifecycle.ts';
import { merge, split } from './merge-split.ts';
import type { Language } from './model.ts';
import { type Department, departmentOf, type Policy } from './policy.ts';
import type { DeskRules } from './status-mails.ts';
import { tell } from './tell-opener.ts';
import { tellAssignment, tellMove } from './tell-staff.ts';

export function decideChange(request: DeskRequest, facts: DeskFacts, rules: DeskRules): DeskAnswer {
  const { ticket } = facts;
  if (ticket.mergedInto !== null)
    return refused('impossible', `${ticket.publicId} was merged into ${ticket.mergedInto}; work on that one`);
  switch (request.kind) {
    case 'close':
      if (ticket.status === 'closed') return refused('impossible', `${ticket.publicId} is closed already`);
      return change(request, facts, { status: 'closed' }, rules);
    case 'reopen':
      if (ticket.status === 'open') return refused('impossible', `${ticket.publicId} is open already`);
      return change(request, facts, { status: 'open' }, rules);
    case 'set':
      return change(request, facts, request, rules);
    case 'move':
      return move(request, request.department, facts, rules);
    case 'merge':
      return merge(request, facts, rules);
    case 'split':
      return split(request, facts, rules);
    default:
      return request satisfies never;
  }
}

function change(request: DeskRequest, facts: DeskFacts, settings: Settings, rules: DeskRules): DeskAnswer {
  const { ticket } = facts;
  const wrong = problemWith(settings, facts, rules.policy);
  if (wrong !== null) return wrong;
  const changes: string[] = [];
  const patch: { -readonly [Key in keyof TicketPatch]: TicketPatch[Key] } = {};
  if (settings.status !== undefined && settings.status !== ticket.status) {
    patch.status = afterStaff(`set-${settings.status}`, ticket.status);
    changes.push(`status: ${ticket.status} → ${patch.status}`);
  }
  if (settings.priority !== undefined && settings.priority !== ticket.priority) {
    patch.priority = settings.priority;
    changes.push(`priority: ${ticket.priority} → ${settings.priority}`);
  }
  if (settings.assignee !== undefined && settings.assignee !== ticket.assignee) {
    patch.assignee = settings.assignee;
    changes.push(`assignee: ${ticket.assignee ?? 'nobody'} → ${settings.assignee ?? 'nobody'}`);
  }
  if (facts.account !== null && facts.account.accountId !== ticket.accountId) {
    patch.accountId = facts.account.accountId;
    changes.push(`account: ${ticket.accountNumber ?? 'none'} → ${facts.account.number}`);
    // A service belongs to its account.
    if (ticket.service !== null && settings.service === undefined) {
      patch.serviceId = null;
      changes.push(`service: ${ticket.service} → none`);
    }
  }
  if (settings.service !== undefined && settings.service !== ticket.service) {
    patch.serviceId = facts.service?.serviceId ?? null;
    changes.push(`service: ${ticket.service ?? 'none'} → ${facts.service?.name ?? 'none'}`);
  }
  if (settings.legacyId !== undefined && settings.legacyId !== ticket.legacyId) {
    patch.legacyId = settings.legacyId;
    changes.push(`number in the other system: ${ticket.legacyId ?? 'none'} → ${settings.legacyId ?? 'none'}`);
  }
  const status = patch.status ?? ticket.status;
  const told = tell(request, statusMailFor(ticket.status, status), { ...ticket, status }, rules);
  return {
    kind: 'done',
    effect: { kind: 'change', patch },
    changes: changes.length === 0 ? [] : [...changes, ...told.notes],
    changesOfOther: [],
    outgoing: told.outgoing,
    toStaff:
      patch.assignee === undefined
        ? []
        : tellAssignment(request, { ...ticket, ...patch, assignee: patch.assignee, status }, facts, rules),
  };
}

function problemWith(settings: Settings, facts: DeskFacts, policy: Policy): DeskRefused | null {
  const { ticket } = facts;
  const { assignee, account, service, legacyId } = settings;
  if (assignee !== undefined && assignee !== null) {
    const staff = departmentOf(policy, ticket.department)?.staff ?? [];
    if (!staff.some(({ address }) => address === assignee)) {
      const known = staff.map(({ address }) => address).join(', ') || 'nobody';
      return refused('wrong', `${assignee} is not staff of ${ticket.department} (${known})`);
    }
  }
  if (account !== undefined && facts.account === null) return refused('missing', `there is no account ${account}`);
  if (service !== undefined && service !== null && facts.service === null) {
    const number = facts.account?.number ?? ticket.accountNumber;
    return refused(
      'missing',
      number === null ? 'a ticket without account has no services' : `${number} has no service ${service}`,
    );
  }
  if (legacyId !== undefined && legacyId !== null) {
    if (normalizeForeignId(legacyId) === null)
      return refused('wrong', `${legacyId}: must be a number of at most 20 digits`);
    if (facts.legacyHolder !== null && facts.legacyHolder !== ticket.publicId)
      return refused('impossible', `${facts.legacyHolder} has the number ${legacyId} already`);
  }
  return null;
}

function move(request: DeskRequest, key: string, facts: DeskFacts, rules: DeskRules): DeskAnswer {
  const { policy } = rules;
  const { ticket } = facts;
  const department = departmentOf(policy, key);
  if (department === undefined) {
    const known = policy.departments.map((one) => one.key).join(', ');
    return refused('wrong', `there is no department "${key}" (${known})`);
  }
  if (key === ticket.department) return refused('impossible', `${ticket.publicId} is with ${key} already`);
  const outcome = afterMove(ticket.status);
  if (outcome === 'not-possible') return refused('impossible', `${ticket.publicId} is closed; reopen it first`);
  const mailbox = mailboxOf(policy, department, ticket.language) ?? ticket.mailbox;
  const stays = department.staff.some(({ address }) => address === ticket.assignee);
  const assignee = stays ? ticket.assignee : null;
  const after = { ...ticket, department: key, mailbox, assignee };
  const told = tell(request, outcome === 'told' ? 'ticket-moved' : null, after, rules);
  return {
    kind: 'done',
    effect: { kind: 'change', patch: { department: key, mailbox, assignee } },
    changes: [
      `department: ${ticket.department} → ${key}`,
      ...(assignee === ticket.assignee ? [] : [`assignee: ${ticket.assignee} → nobody`]),
      ...told.notes,
    ],
    changesOfOther: [],
    outgoing: told.outgoing,
    toStaff: tellMove(request, after, facts, rules),
  };
}

/** Mails of the ticket come from the new department: from its mailbox in the ticket's language, else its first. */
function mailboxOf(policy: Policy, department: Department, language: Language): string | null {
  const boxes = policy.mailboxes.filter((box) => box.department === department.key);
  const spoken = boxes.find((box) => (box.language ?? department.language) === language);
  return (spoken ?? boxes[0])?.address ?? null;
}
