/**
 * One Taquilla without disk and sockets: the real rules, and the facts that they ask for kept in arrays. The same
 * questions as store/sqlite/load-facts.ts, answered by looking at everything; loops.test.ts compares both.
 */
import { domainOf } from '../../src/mail/address.ts';
import { decide } from '../../src/tickets/decide.ts';
import type { Decision, OutgoingMail, Signing } from '../../src/tickets/decision.ts';
import { type Facts, lookupKeys } from '../../src/tickets/facts.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import type { Contact, Ticket } from '../../src/tickets/model.ts';
import type { ReportedMail } from '../../src/tickets/note-bounce.ts';
import type { Policy } from '../../src/tickets/policy.ts';
import { candidateIds } from '../../src/tickets/ticket-id.ts';

const HOUR = 3_600_000;

/** What the simulation asks of a Taquilla; the real store does it too. */
export interface Desk {
  take(mail: IncomingMail, now: number): Decision | Promise<Decision>;
}

interface Sent {
  readonly mail: OutgoingMail;
  readonly ticket: Ticket | null;
  readonly at: number;
  bounce: ReportedMail['bounce'];
}

export class MemoryDesk implements Desk {
  private readonly policy: Policy;
  private readonly signing: Signing;
  private contacts: readonly Contact[];
  private readonly tickets = new Map<string, Ticket>();
  private readonly byMessageId = new Map<string, string>();
  private readonly byFingerprint = new Map<string, { reference: string; publicId: string }>();
  private readonly outbox: Sent[] = [];

  constructor(policy: Policy, signing: Signing, contacts: readonly Contact[]) {
    this.policy = policy;
    this.signing = signing;
    this.contacts = contacts;
  }

  take(mail: IncomingMail, now: number): Decision {
    const { policy, signing } = this;
    const decision = decide({ mail, facts: this.facts(mail, now), policy, signing, now, admitted: false });
    this.write(mail, decision, now);
    return decision;
  }

  private facts(mail: IncomingMail, now: number): Facts {
    const keys = lookupKeys(mail, this.policy);
    const { sender } = keys;
    const contacts = this.contacts.filter(({ address }) => keys.contactAddresses.includes(address));
    const lastDay = this.outbox.filter(({ mail: { recipient }, at }) => recipient === sender && at > now - 24 * HOUR);
    const notice = ({ mail: { data } }: Sent) => data.kind === 'refusal-notice';
    const duplicate = this.byFingerprint.get(keys.fingerprint);
    const earlier = duplicate === undefined ? undefined : this.tickets.get(duplicate.publicId);
    const reported = this.outbox.findIndex((row) => keys.reportedIds.includes(row.mail.messageId));
    return {
      contacts,
      copiedContacts: [],
      ticketsById: [...keys.thread.subjectIds, ...keys.thread.signedIds].flatMap((id) => this.tickets.get(id) ?? []),
      ticketsByMessageId: keys.thread.messageIds.flatMap((messageId) => {
        const ticket = this.tickets.get(this.byMessageId.get(messageId) ?? '');
        return ticket === undefined ? [] : [{ messageId, ticket }];
      }),
      ticketsByAlias: [],
      duplicate:
        duplicate === undefined || earlier === undefined ? null : { reference: duplicate.reference, ticket: earlier },
      services: [],
      sameSubject: [],
      ticketCount: this.tickets.size,
      takenIds: candidateIds(mail.entropy, this.policy.ticketPrefix, this.tickets.size).filter((id) =>
        this.tickets.has(id),
      ),
      receiptsLastHour: lastDay.filter((row) => !notice(row) && row.at > now - HOUR).length,
      noticesLastDay: lastDay.filter(notice).length,
      domainLastHour:
        sender === null || this.isContact(sender)
          ? 0
          : this.outbox.filter(
              ({ mail: { recipient }, at }) =>
                at > now - HOUR && domainOf(recipient) === domainOf(sender) && !this.isContact(recipient),
            ).length,
      blocked: null,
      reported: this.reported(reported),
    };
  }

  private isContact(wanted: string): boolean {
    return this.contacts.some(({ address }) => address === wanted);
  }

  private reported(index: number): ReportedMail | null {
    const row = this.outbox[index];
    if (row === undefined) return null;
    const { mail, ticket, bounce } = row;
    return { outboxId: index, kind: mail.data.kind, recipient: mail.recipient, ticket, bounce };
  }

  private write(mail: IncomingMail, { effect, outgoing, ticket, reachable }: Decision, now: number): void {
    if (effect.kind === 'open') this.open(effect.ticket);
    if (effect.kind === 'append' && effect.status !== null) this.setStatus(effect.publicId, effect.status, now);
    if (effect.kind === 'note-bounce') {
      const row = this.outbox[effect.outboxId];
      if (row !== undefined) row.bounce = effect.bounce;
      this.mark(({ address }) => address === effect.undeliverable, now);
    }
    if ((effect.kind === 'open' || effect.kind === 'append') && ticket !== null) {
      this.byMessageId.set(mail.messageId, ticket);
      this.byFingerprint.set(mail.fingerprint, { reference: mail.reference, publicId: ticket });
    }
    this.mark(({ contactId }) => reachable.includes(contactId), null);
    const about = ticket === null ? null : (this.tickets.get(ticket) ?? null);
    for (const one of outgoing) this.outbox.push({ mail: one, ticket: about, at: now, bounce: null });
  }

  private mark(which: (contact: Contact) => boolean, undeliverableSince: number | null): void {
    this.contacts = this.contacts.map((one) => (which(one) ? { ...one, undeliverableSince } : one));
  }

  private open({ publicId, accountId, opener, department, mailbox, subject, language }: NewTicketFields): void {
    const ticketId = this.tickets.size + 1;
    const accountNumber = this.contacts.find((one) => one.accountId === accountId)?.accountNumber ?? null;
    const status = 'open';
    this.tickets.set(publicId, {
      ...{ ticketId, publicId, accountId, accountNumber, opener, department, mailbox, subject },
      ...{ status, language, closedAt: null },
    });
  }

  private setStatus(publicId: string, status: Ticket['status'], now: number): void {
    const ticket = this.tickets.get(publicId);
    if (ticket !== undefined)
      this.tickets.set(publicId, { ...ticket, status, closedAt: status === 'closed' ? now : null });
  }
}

type NewTicketFields = Pick<
  Ticket,
  'publicId' | 'accountId' | 'opener' | 'department' | 'mailbox' | 'subject' | 'language'
>;
