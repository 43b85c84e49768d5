/**
 * Which staff are told of a change at the desk: who a ticket is assigned to, the department it has come to, everybody of
 * the department when it is nobody's any more.
 */
import type { OutgoingMail } from './decision.ts';
import type { DeskFacts, DeskRequest } from './desk-request.ts';
import type { DeskTicket } from './desk-ticket.ts';
import { departmentOf } from './policy.ts';
import type { StaffNoticeKind } from './staff-mail-data.ts';
import { staffToTell, writeStaffNotice } from './staff-notices.ts';
import type { DeskRules } from './status-mails.ts';

type Known = Pick<DeskFacts, 'newest' | 'conversation'>;

/** `after`: the ticket with its new assignee. */
export function tellAssignment(
  request: DeskRequest,
  after: DeskTicket,
  facts: Known,
  rules: DeskRules,
): readonly OutgoingMail[] {
  if (after.assignee === null) return write('staff-unassigned', request, after, facts, rules);
  return write('staff-assigned', request, after, facts, rules);
}

/** `after`: the ticket in its new department. What is closed or resolved waits for nobody there. */
export function tellMove(
  request: DeskRequest,
  after: DeskTicket,
  facts: Known,
  rules: DeskRules,
): readonly OutgoingMail[] {
  return after.status === 'open' || after.status === 'pending'
    ? write('staff-moved', request, after, facts, rules)
    : [];
}

function write(
  kind: StaffNoticeKind,
  { by, byAddress }: DeskRequest,
  after: DeskTicket,
  { newest, conversation }: Known,
  rules: DeskRules,
): readonly OutgoingMail[] {
  if (departmentOf(rules.policy, after.department) === undefined) return [];
  const notice = {
    kind,
    account: after.accountNumber ?? '',
    author: newest?.name ?? '',
    address: newest?.address ?? after.opener,
    unverified: newest?.verified === false,
    by,
    minutes: 0,
    text: newest?.text ?? '',
    reference: newest?.reference ?? '',
    files: [],
    leftOut: [],
  };
  const except = byAddress === undefined ? [] : [byAddress];
  return staffToTell(rules.policy, after, except).map((member) =>
    writeStaffNotice(member, after, notice, conversation, rules),
  );
}
