/**
 * Who may write, as a table: department policy × sender × authentication × proof × thread. The rows are in
 * decision-table.tsv; this file only turns their words into data.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Authenticity } from '../../src/tickets/authenticity.ts';
import { decide } from '../../src/tickets/decide.ts';
import type { Facts } from '../../src/tickets/facts.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import type { Contact, Ticket } from '../../src/tickets/model.ts';
import { ACCEPTS, AUTHENTICATION_MODES, type Policy, UNREGISTERED } from '../../src/tickets/policy.ts';
import { contact, department, deskTicket, policy, staff, ticketFacts } from './samples.ts';

const [, ...rows] = readFileSync(new URL('./decision-table.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

const SENDER = 'ana@empresa.com';
const OTHER = 'maya@other.example';
const KEY = { id: 'k1', secret: Buffer.alloc(32, 7), revoked: false };

function pick<T extends string>(values: readonly T[], text: string | undefined): T {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Error(`unknown word in the table: ${text}`);
  return found;
}

function policyOf(row: string, authentication: string, isStaff: boolean): Policy {
  const [accepts, unregistered = 'refuse'] = row.split('/');
  const soporte = department({
    accepts: pick(ACCEPTS, accepts),
    unregistered: pick(UNREGISTERED, unregistered),
    staff: isStaff ? [staff(SENDER)] : [],
  });
  return policy({
    departments: [soporte],
    mailboxes: [{ address: 'soporte@hosting.example', department: 'soporte', language: null }],
    domains: ['hosting.example'],
    authentication: pick(AUTHENTICATION_MODES, authentication),
  });
}

const PROOFS: Record<string, Pick<Authenticity, 'outcome' | 'demanded'>> = {
  verified: { outcome: 'verified', demanded: null },
  'fails-reject': { outcome: 'unverified', demanded: 'reject' },
  'fails-quarantine': { outcome: 'unverified', demanded: 'quarantine' },
  'fails-none': { outcome: 'unverified', demanded: 'none' },
  'no-policy': { outcome: 'unverified', demanded: null },
  'dns-failure': { outcome: 'temporary-failure', demanded: null },
};

const ana = contact({ address: SENDER });

const maya = contact({ contactId: 2, address: OTHER, accountId: 77 });

const CONTACTS: Record<string, readonly Contact[]> = {
  registered: [ana],
  'closed-account': [{ ...ana, accountState: 'closed' }],
  'other-department': [{ ...ana, departments: ['facturacion'] }],
  stranger: [],
  staff: [],
  'other-account': [{ ...ana, accountId: 2, accountNumber: 'C-1002' }],
};

function ticketOf(sender: string, thread: string): Ticket | null {
  if (thread === 'none') return null;
  const ticket: Ticket = {
    ticketId: 9,
    publicId: 'TQ-482913',
    accountId: CONTACTS[sender]?.[0]?.accountId ?? null,
    accountNumber: null,
    opener: SENDER,
    department: 'soporte',
    mailbox: 'soporte@hosting.example',
    subject: 'La web no carga',
    status: 'open',
    language: 'es',
    closedAt: null,
  };
  return thread === 'own-ticket' ? ticket : { ...ticket, accountId: 77, opener: OTHER };
}

function mailOf(proof: string): IncomingMail {
  const wanted = PROOFS[proof];
  if (wanted === undefined) throw new Error(`unknown proof in the table: ${proof}`);
  return {
    reference: '7KQ2M9XF4T',
    receivedAt: 1_000,
    entropy: Buffer.alloc(32, 1),
    envelope: { mailFrom: SENDER, recipients: ['soporte@hosting.example'], ip: '192.0.2.1', helo: 'x', utf8: false },
    sender: { clear: true, address: SENDER, name: 'Ana' },
    headerRecipients: ['soporte@hosting.example'],
    subject: 'Re: [TQ-482913] La web no carga',
    messageId: '<1@empresa.com>',
    inReplyTo: [],
    references: [],
    receivedCount: 1,
    date: null,
    signedReferences: [],
    isOurs: false,
    text: 'Sigue igual.',
    cut: { visible: [[0, 12]], rule: 'none', confidence: 1 },
    html: null,
    attachments: [],
    fingerprint: 'f',
    kind: 'human',
    kindEvidence: [],
    bounce: null,
    bounces: [],
    authenticity: { ...wanted, fromStaffNetwork: false, results: null, because: [] },
    defects: [],
  };
}

describe('who may write', () => {
  it.each(rows.map((row) => row.split('\t')))(
    '%s department, %s, %s, %s, %s → %s (%s), mail: %s',
    (department, sender, authentication, proof, thread, verdict, reason, outgoing) => {
      if (
        department === undefined ||
        sender === undefined ||
        authentication === undefined ||
        proof === undefined ||
        thread === undefined
      )
        throw new Error('a row is too short');
      const ticket = ticketOf(sender, thread);
      const facts: Facts = {
        contacts: CONTACTS[sender] ?? [],
        ticketsById: ticket === null ? [] : [ticket],
        ticketsByAlias: [],
        ticketsByMessageId: [],
        duplicate: null,
        services: [],
        sameSubject: [],
        ticketCount: 9,
        takenIds: [],
        copiedContacts: [],
        receiptsLastHour: 0,
        domainLastHour: 0,
        noticesLastDay: 0,
        blocked: null,
        reported: null,
        onTicket: ticket === null ? null : ticketFacts({ ticket: deskTicket(ticket), contacts: [ana, maya] }),
        commanded: null,
        answersLastHour: 0,
      };
      const decision = decide({
        mail: mailOf(proof),
        facts,
        policy: policyOf(department, authentication, sender === 'staff'),
        signing: { key: KEY, domain: 'mail.hosting.example' },
        now: 2_000,
        admitted: false,
      });
      expect({
        verdict: decision.verdict,
        reason: decision.reason,
        mail: decision.outgoing[0]?.data.kind ?? '-',
      }).toEqual({ verdict, reason, mail: outgoing });
      expect(decision.refusal === null).toBe(verdict !== 'refuse');
      // Whatever was decided, nobody but the sender (of a staff answer: the ticket's opener) is written to, and only an own ticket is touched.
      for (const { recipient, data } of decision.outgoing)
        expect(recipient).toBe(data.kind === 'staff-answer' ? ticket?.opener : SENDER);
      if (thread === 'foreign-ticket' && sender !== 'staff') expect(decision.effect.kind === 'append').toBe(false);
    },
  );

  it('has at least 120 rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(120);
  });
});
