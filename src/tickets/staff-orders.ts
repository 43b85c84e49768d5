/**
 * The commands of a staff mail carried out on its ticket, one after the other, by the same rules as every other change
 * at the desk (desk-change.ts). If one of them can't be, none is.
 */

import type { DecidedStep } from './decision.ts';
import { decideChange } from './desk-change.ts';
import type { DeskFacts, DeskRequest } from './desk-request.ts';
import type { DeskTicket } from './desk-ticket.ts';
import { contactKeys } from './match-account.ts';
import { type Department, departmentOf, departmentsOfStaff, type Policy, type Staff } from './policy.ts';
import type { StaffCommand, TypedCommand } from './staff-commands.ts';
import type { DeskRules } from './status-mails.ts';
import type { Commanded, TicketFacts } from './ticket-facts.ts';

export interface OrderRefused {
  readonly ok: false;
  readonly typed: string;
  readonly why: 'wrong' | 'missing' | 'impossible';
  /** In English, for the trace. */
  readonly message: string;
  /** What could have stood there. */
  readonly known: readonly string[];
}

export type Carried =
  | { readonly ok: true; readonly steps: readonly DecidedStep[]; readonly after: DeskTicket }
  | OrderRefused;

export interface OrderFacts extends Pick<TicketFacts, 'newest' | 'conversation'> {
  readonly commanded: Commanded | null;
}

/** The ticket goes to its account and department first, because who can be assigned follows from it; it is merged last. */
const ORDER: readonly StaffCommand['kind'][] = ['account', 'department', 'assign', 'priority', 'status', 'merge'];

/** `answered`: an answer goes out that tells the client. */
export function carryOut(
  commands: readonly TypedCommand[],
  ticket: DeskTicket,
  facts: OrderFacts,
  by: Staff,
  answered: boolean,
  rules: DeskRules,
): Carried {
  const steps: DecidedStep[] = [];
  let current = ticket;
  for (const kind of ORDER) {
    // Of two that contradict each other the last one counts.
    const order = commands.findLast(({ command }) => command.kind === kind);
    if (order === undefined) continue;
    const refuse = (why: OrderRefused['why'], message: string, known: readonly string[] = []): OrderRefused => ({
      ok: false,
      typed: order.typed,
      why,
      message,
      known,
    });
    const wanted = wantedBy(order.command, current, facts, by, rules.policy);
    if (wanted === null) continue;
    if ('why' in wanted) return refuse(wanted.why, wanted.message, wanted.known);
    const request: DeskRequest = {
      ...wanted,
      ticket: current.publicId,
      by: by.name,
      reason: 'by mail',
      silent: false,
      byAddress: by.address,
      answered,
    };
    const answer = decideChange(request, deskFacts(current, facts), rules);
    if (answer.kind === 'refused') return refuse(answer.why, answer.message);
    steps.push({ ticket: current, request, answer });
    current = after(current, answer, facts);
  }
  return { ok: true, steps, after: current };
}

type Wanted =
  | { readonly kind: 'set'; readonly status: DeskTicket['status'] }
  | { readonly kind: 'set'; readonly priority: DeskTicket['priority'] }
  | { readonly kind: 'set'; readonly assignee: string | null }
  | { readonly kind: 'set'; readonly account: string }
  | { readonly kind: 'move'; readonly department: string }
  | { readonly kind: 'merge'; readonly into: string };
type Unclear = Pick<OrderRefused, 'why' | 'message' | 'known'>;

/** `null`: nothing to do at the desk. */
function wantedBy(
  command: StaffCommand,
  ticket: DeskTicket,
  { commanded }: OrderFacts,
  by: Staff,
  policy: Policy,
): Wanted | Unclear | null {
  switch (command.kind) {
    case 'note':
    case 'client':
      return null;
    case 'status':
      return { kind: 'set', status: command.status };
    case 'priority':
      return { kind: 'set', priority: command.priority };
    case 'assign':
      return assigneeOf(command.who, ticket, by, policy);
    case 'department': {
      const department = departmentNamed(command.department, policy);
      if (department === null) {
        const known = policy.departments.map(({ key }) => key);
        return { why: 'missing', message: `there is no department ${command.department}`, known };
      }
      return department.key === ticket.department ? null : { kind: 'move', department: department.key };
    }
    case 'merge': {
      // Whoever may not write to the other ticket learns nothing of it.
      const mine = departmentsOfStaff(policy, by.address).map(({ key }) => key);
      const { into } = commanded ?? { into: null };
      if (into === null || !mine.includes(into.department))
        return { why: 'missing', message: `there is no ticket ${command.into} of this staff member`, known: [] };
      return { kind: 'merge', into: into.publicId };
    }
    case 'account': {
      const keys = contactKeys(ticket.opener, policy.stripTag);
      if (commanded?.account != null && !commanded.contacts.some(({ address }) => keys.includes(address)))
        return { why: 'impossible', message: `${ticket.opener} is no contact of ${command.account}`, known: [] };
      return { kind: 'set', account: command.account };
    }
    default:
      return command satisfies never;
  }
}

function deskFacts(ticket: DeskTicket, { commanded, newest, conversation }: OrderFacts): DeskFacts {
  return {
    ticket,
    into: commanded?.into ?? null,
    account: commanded?.account ?? null,
    service: null,
    legacyHolder: null,
    messages: [],
    newest,
    conversation,
    ticketCount: 0,
    takenIds: [],
  };
}

function after(ticket: DeskTicket, answer: DecidedStep['answer'], { commanded }: OrderFacts): DeskTicket {
  const { effect } = answer;
  switch (effect.kind) {
    case 'change': {
      const { status, priority, assignee, department, mailbox, accountId, serviceId } = effect.patch;
      return {
        ...ticket,
        ...(status === undefined ? {} : { status }),
        ...(priority === undefined ? {} : { priority }),
        ...(assignee === undefined ? {} : { assignee }),
        ...(department === undefined ? {} : { department }),
        ...(mailbox === undefined ? {} : { mailbox }),
        ...(serviceId === undefined ? {} : { service: null }),
        ...(accountId === undefined
          ? {}
          : {
              accountId,
              accountNumber: commanded?.account?.number ?? null,
              // Only an account that lists the opener is taken.
              openerIs: { ...ticket.openerIs, contact: true },
            }),
      };
    }
    case 'merge':
      return { ...effect.into, status: effect.status };
    case 'split':
      return ticket;
    default:
      return effect satisfies never;
  }
}

const MYSELF = new Set(['mi', 'yo', 'me', 'myself']);

/** By address, name, first name or the part before the @; of the department only. */
function assigneeOf(who: string | null, ticket: DeskTicket, by: Staff, policy: Policy): Wanted | Unclear {
  if (who === null) return { kind: 'set', assignee: null };
  const staff = departmentOf(policy, ticket.department)?.staff ?? [];
  const wanted = folded(who);
  const names = ({ name, address }: Staff) => [
    address,
    folded(name),
    folded(name.split(' ')[0] ?? ''),
    localPart(address),
  ];
  const exact = staff.filter(({ name, address }) => address === wanted || folded(name) === wanted);
  const found = MYSELF.has(wanted)
    ? staff.filter(({ address }) => address === by.address)
    : exact.length > 0
      ? exact
      : staff.filter((member) => names(member).includes(wanted));
  const [one, ...more] = found;
  const known = staff.map(({ name, address }) => `${name} <${address}>`);
  if (one === undefined) return { why: 'missing', message: `${who} is not staff of ${ticket.department}`, known };
  if (more.length > 0) return { why: 'wrong', message: `${who} can be ${found.length} people`, known };
  return { kind: 'set', assignee: one.address };
}

function localPart(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}

/** By its key or one of its names. */
function departmentNamed(typed: string, policy: Policy): Department | null {
  const wanted = folded(typed);
  return (
    policy.departments.find(({ key }) => key === wanted) ??
    policy.departments.find(({ names }) => folded(names.es) === wanted || folded(names.en) === wanted) ??
    null
  );
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}
