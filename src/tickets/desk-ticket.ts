/**
 * A ticket as people and clocks work on it: more than a mail needs to know, and who may be told of it.
 */
import type { Priority, Ticket } from './model.ts';

export interface DeskTicket extends Ticket {
  readonly priority: Priority;
  /** Address of the staff member. */
  readonly assignee: string | null;
  readonly service: string | null;
  /** Its number in another system. */
  readonly legacyId: string | null;
  readonly openerName: string;
  /** Public ID of the ticket that it was merged into. */
  readonly mergedInto: string | null;
  /** Message-ID of the newest mail of a client on it; mails about the ticket answer that one. */
  readonly newestMessageId: string | null;
  readonly openerIs: OpenerIs;
}

/** What is known of the opener just now, because nobody else is ever told. */
export interface OpenerIs {
  /** A registered contact of the ticket's account. */
  readonly contact: boolean;
  /** One of its mails on this ticket was proved to be from there. */
  readonly verified: boolean;
  /** It has written itself; a ticket that only programs wrote to has nobody to be told. */
  readonly person: boolean;
  /** Mails to it come back for good. */
  readonly undeliverable: boolean;
}

/** Why the opener gets no mail about its ticket, in words for the ticket's notes; `null`: it gets one. */
export function whyNotTold({ accountId, openerIs }: Pick<DeskTicket, 'accountId' | 'openerIs'>): string | null {
  if (!openerIs.person) return 'no person wrote to this ticket';
  if (openerIs.undeliverable) return 'mails to the opener come back';
  if (accountId === null) return openerIs.verified ? null : 'nothing proves the address of the opener';
  return openerIs.contact ? null : 'the opener is no longer a contact of the account';
}
