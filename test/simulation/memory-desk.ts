/**
 * One Taquilla without disk and sockets: the real rules, and the facts that they ask for kept in arrays. The same
 * questions as store/sqlite/load-facts.ts, answered by looking at everything; loops.test.ts compares both.
 */
import { domainOf } from '../../src/mail/address.ts';
import { decide } from '../../src/tickets/decide.ts';
import type { Decision, OutgoingMail, Signing } from '../../src/tickets/decision.ts';
import type { DeskTicket } from '../../src/tickets/desk-ticket.ts';
import { type Facts, type FirstFacts, lookupKeys } from '../../src/tickets/facts.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import { ANSWERS, isFromPerson } from '../../src/tickets/lifecycle.ts';
import type { Contact, Ticket } from '../../src/tickets/model.ts';
import type { ReportedMail } from '../../src/tickets/note-bounce.ts';
import type { Policy } from '../../src/tickets/policy.ts';
import type { TicketFacts } from '../../src/tickets/ticket-facts.ts';
import { candidateIds } from '../../src/tickets/ticket-id.ts';
import { expectedTicket } from '../../src/tickets/which-ticket.ts';

const HOUR = 3_600_000;

/** What the simulation asks of a Taquilla; the real store does it too. */
export interface Desk {
  take(mail: IncomingMail, now: number): Decision | Promise<Decision>;
}

interface Sent {
  readonly mail: OutgoingMail;
  readonly ticket: Ticket | null;
  readonly at: number;
  readonly intakeId: number;
  bounce: ReportedMail['bounce'];
}

/** A mail that stands on a ticket. */
interface Written {
  readonly publicId: string;
  readonly mail: IncomingMail;
  readonly author: 'client' | 'staff';
  readonly isPublic: boolean;
  readonly verified: boolean;
  readonly intakeId: number;
  readonly at: number;
}

export class MemoryDesk implements Desk {
  private readonly policy: Policy;
  private readonly signing: Signing;
  private contacts: readonly Contact[];
  private readonly tickets = new Map<string, Ticket>();
  private readonly byMessageId = new Map<string, string>();
  private readonly byFingerprint = new Map<string, { reference: string; publicId: string }>();
  private readonly outbox: Sent[] = [];
  private readonly written: Written[] = [];
  private readonly decided: { readonly sender: string | null; readonly reason: string; readonly at: number }[] = [];

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
    const first = this.firstFacts(mail, now);
    const expected = expectedTicket(mail, first, this.policy);
    const sender = mail.sender.clear ? mail.sender.address : '';
    const did = new Set(['staff-answer', 'staff-command', 'staff-opened']);
    return {
      ...first,
      onTicket: expected === null ? null : this.ticketFacts(expected),
      // No robot merges tickets or opens them for others.
      commanded: null,
      answersLastHour: this.decided.filter((one) => one.sender === sender && did.has(one.reason) && one.at > now - HOUR)
        .length,
    };
  }

  private firstFacts(mail: IncomingMail, now: number): FirstFacts {
    const keys = lookupKeys(mail, this.policy);
    const { sender } = keys;
    const contacts = this.contacts.filter(({ address }) => keys.contactAddresses.includes(address));
    const lastDay = this.outbox.filter(({ mail: { recipient }, at }) => recipient === sender && at > now - 24 * HOUR);
    const notice = ({ mail: { data } }: Sent) => data.kind === 'refusal-notice';
    const answers = ({ mail: { data } }: Sent) => ANSWERS.has(data.kind);
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
      receiptsLastHour: lastDay.filter((row) => answers(row) && row.at > now - HOUR).length,
      noticesLastDay: lastDay.filter(notice).length,
      domainLastHour:
        sender === null || this.isContact(sender)
          ? 0
          : this.outbox.filter((row) => {
              const { recipient } = row.mail;
              const counts = row.at > now - HOUR && (answers(row) || notice(row));
              return counts && domainOf(recipient) === domainOf(sender) && !this.isContact(recipient);
            }).length,
      blocked: null,
      reported: this.reported(reported),
    };
  }

  private ticketFacts(ticket: Ticket): TicketFacts {
    const { publicId, accountId, opener } = ticket;
    const on = this.written.filter((one) => one.publicId === publicId);
    const byClient = on.filter(({ author }) => author === 'client');
    const sent = this.outbox.filter((row) => row.ticket?.publicId === publicId);
    const sender = ({ mail }: Written) => (mail.sender.clear ? mail.sender.address : '');
    const desk: DeskTicket = {
      ...ticket,
      ...{ priority: 'normal', assignee: null, service: null, legacyId: null, openerName: '', mergedInto: null },
      newestMessageId: byClient.at(-1)?.mail.messageId ?? null,
      openerIs: {
        contact: this.contacts.some(
          (one) => one.accountId === accountId && (one.address === opener || one.address === `*@${domainOf(opener)}`),
        ),
        verified: byClient.some((one) => one.verified && sender(one) === opener),
        person: byClient.some(({ mail }) => isFromPerson(mail.kind)),
        undeliverable: this.contacts.some((one) => one.address === opener && one.undeliverableSince !== null),
      },
    };
    return {
      ticket: desk,
      conversation: [
        ...byClient.map(({ mail, intakeId }) => ({ messageId: mail.messageId, recipient: null, intakeId })),
        ...sent.map(({ mail, intakeId }) => ({ messageId: mail.messageId, recipient: mail.recipient, intakeId })),
      ].sort((one, other) => one.intakeId - other.intakeId),
      newest: null,
      contacts: this.contacts.filter((one) => one.accountId === accountId),
      followers: [],
      answers: on
        .filter(({ author, isPublic }) => author === 'staff' && isPublic)
        .map((one) => ({ address: sender(one), name: '', at: one.at, intakeId: one.intakeId, text: one.mail.text }))
        .reverse(),
      writers: on.filter(({ author }) => author === 'staff').map(sender),
      knownFiles: [],
    };
  }

  private isContact(wanted: string): boolean {
    return this.contacts.some(({ address }) => address === wanted);
  }

  private reported(index: number): ReportedMail | null {
    const row = this.outbox[index];
    if (row === undefined) return null;
    const { mail, ticket, bounce } = row;
    return { outboxId: index, kind: mail.data.kind, recipient: mail.recipient, ticket, bounce, mail };
  }

  private write(mail: IncomingMail, { effect, outgoing, ticket, reachable, reason }: Decision, now: number): void {
    this.decided.push({ sender: mail.sender.clear ? mail.sender.address : null, reason, at: now });
    const intakeId = this.decided.length;
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
      const { author, visibility, verified } = effect.message;
      const isPublic = visibility === 'public';
      this.written.push({ publicId: ticket, mail, author, isPublic, verified, intakeId, at: now });
      for (const { answer } of effect.steps ?? []) {
        const status = answer.effect.kind === 'change' ? answer.effect.patch.status : undefined;
        if (status !== undefined) this.setStatus(ticket, status, now);
      }
    }
    this.mark(({ contactId }) => reachable.includes(contactId), null);
    const about = ticket === null ? null : (this.tickets.get(ticket) ?? null);
    for (const one of outgoing) {
      // The store keeps one of these for each answer.
      if (one.data.kind === 'answer-undelivered' && this.outbox.some((row) => row.mail.messageId === one.messageId))
        continue;
      this.outbox.push({ mail: one, ticket: about, at: now, intakeId, bounce: null });
    }
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
