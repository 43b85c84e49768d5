/**
 * The ticket that a mail belongs to if its sender is who it says: asked before the rules, so that the store can look up
 * what they need of it. Whether anything follows from it is for the rules to say.
 */
import type { FirstFacts } from './facts.ts';
import { findThread, orderCandidates, type Thread, threadKeys } from './find-thread.ts';
import type { IncomingMail } from './incoming-mail.ts';
import { contactKeys, nearestContacts } from './match-account.ts';
import type { Contact, Ticket } from './model.ts';
import { departmentsOfStaff, type Policy } from './policy.ts';

type Known = Pick<FirstFacts, 'contacts' | 'ticketsById' | 'ticketsByMessageId' | 'ticketsByAlias'>;

/** As a staff member first, then as a client. */
export function expectedTicket(mail: IncomingMail, facts: Known, policy: Policy): Ticket | null {
  if (!mail.sender.clear || mail.kind === 'bounce') return null;
  const { address } = mail.sender;
  const departments = departmentsOfStaff(policy, address).map(({ key }) => key);
  const asStaff =
    departments.length === 0 ? null : threadOf(mail, facts, policy, [], (key) => departments.includes(key)).candidate;
  if (asStaff !== null) return asStaff.ticket;
  const contacts = nearestContacts(contactKeys(address, policy.stripTag), facts.contacts);
  return threadOf(mail, facts, policy, contacts, () => false).candidate?.ticket ?? null;
}

export function threadOf(
  mail: IncomingMail,
  facts: Known,
  policy: Policy,
  contacts: readonly Contact[],
  isStaffOf: (department: string) => boolean,
): Thread {
  const keys = threadKeys(mail, policy);
  const candidates = orderCandidates(keys, facts.ticketsById, facts.ticketsByMessageId, facts.ticketsByAlias);
  return findThread(mail.sender.clear ? mail.sender.address : '', contacts, candidates, keys, isStaffOf);
}
