/** Made-up contacts, departments and tickets for the tests of the rules. */
import { ATTACHMENT_LIMITS } from '../../src/mail/keep-attachments.ts';
import { RISKY_TYPES } from '../../src/mail/risky-file.ts';
import type { OutgoingMail } from '../../src/tickets/decision.ts';
import type { DeskTicket } from '../../src/tickets/desk-ticket.ts';
import type { Contact, Ticket } from '../../src/tickets/model.ts';
import type { Department, Policy, Staff } from '../../src/tickets/policy.ts';
import type { TicketFacts } from '../../src/tickets/ticket-facts.ts';

export function contact(over: Partial<Contact> = {}): Contact {
  return {
    contactId: 1,
    address: 'ana@empresa.example',
    name: 'Ana',
    language: null,
    role: 'holder',
    primary: false,
    departments: null,
    undeliverableSince: null,
    accountId: 1,
    accountNumber: 'C-1001',
    accountName: 'Empresa S.L.',
    accountLanguage: null,
    accountState: 'active',
    ...over,
  };
}

export function department(over: Partial<Department> = {}): Department {
  return {
    key: 'soporte',
    names: { es: 'Soporte', en: 'Support' },
    accepts: 'clients',
    unregistered: 'refuse',
    accountStates: ['active', 'suspended'],
    language: 'es',
    priority: 'normal',
    hint: {},
    helpUrl: null,
    helpPhone: null,
    staff: [],
    staffReplies: 'public',
    answersTo: 'opener',
    ...over,
  };
}

export function staff(address: string, over: Partial<Staff> = {}): Staff {
  const name = address.slice(0, address.indexOf('@'));
  return { name: name.charAt(0).toUpperCase() + name.slice(1), address, language: 'es', notify: 'all', ...over };
}

export function policy(over: Partial<Policy> = {}): Policy {
  return {
    company: 'Hosting Ejemplo',
    ticketPrefix: 'TQ',
    departments: [
      department(),
      department({ key: 'ventas', names: { es: 'Ventas', en: 'Sales' }, accepts: 'anyone', language: 'en' }),
      department({ key: 'avisos', names: { es: 'Avisos', en: 'Notices' }, accepts: 'none' }),
    ],
    mailboxes: [
      { address: 'soporte@example.com', department: 'soporte', language: null },
      { address: 'support@example.com', department: 'soporte', language: 'en' },
      { address: 'ventas@example.com', department: 'ventas', language: null },
      { address: 'ventas+web@example.com', department: 'soporte', language: null },
      { address: 'avisos@example.com', department: 'avisos', language: null },
      { address: 'huerfano@example.com', department: 'nadie', language: null },
      { address: 'info@xn--espaa-rta.example', department: 'soporte', language: null },
    ],
    domains: ['example.com', 'xn--espaa-rta.example'],
    postmasterDepartment: 'soporte',
    authentication: 'off',
    shadow: false,
    stripTag: false,
    ticketPatterns: [],
    reopenDays: 14,
    autoCloseDays: 3,
    autoCloseWarningDays: null,
    receiptsPerHour: 5,
    receiptsPerDomainPerHour: 60,
    bounceAddress: null,
    staffAnswersPerHour: 60,
    digestHour: 8,
    staffFileBytes: 10_000_000,
    maxReceived: 50,
    attachments: { risky: 'flag', riskyTypes: RISKY_TYPES, limits: ATTACHMENT_LIMITS },
    ...over,
  };
}

export function ticket(over: Partial<Ticket> = {}): Ticket {
  return {
    ticketId: 1,
    publicId: 'TQ-482913',
    accountId: 1,
    accountNumber: 'C-1001',
    opener: 'ana@empresa.example',
    department: 'soporte',
    mailbox: 'soporte@example.com',
    subject: 'Mi web no carga',
    status: 'open',
    language: 'es',
    closedAt: null,
    ...over,
  };
}

export function outgoingMail(over: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    recipient: 'ana@empresa.example',
    recipientName: 'Ana',
    from: 'soporte@example.com',
    fromName: 'Soporte · Hosting Ejemplo',
    language: 'es',
    messageId: '<tq.abc.482913.k1.0123456789abcdef01234567@mail.example.com>',
    inReplyTo: null,
    references: [],
    data: {
      kind: 'reply-notice',
      ticketId: 'TQ-482913',
      company: 'Hosting Ejemplo',
      department: 'Soporte',
      subject: 'Mi web no carga',
      name: 'Ana',
      helpUrl: '',
      helpPhone: '',
    },
    ...over,
  };
}

/** What the rules are told of the ticket that a mail belongs to. */
export function ticketFacts(over: Partial<TicketFacts> = {}): TicketFacts {
  return {
    ticket: deskTicket(),
    conversation: [{ messageId: '<uno@empresa.example>', recipient: null, intakeId: 1 }],
    newest: null,
    contacts: [contact()],
    followers: [],
    answers: [],
    writers: [],
    knownFiles: [],
    ...over,
  };
}

export function deskTicket(over: Partial<DeskTicket> = {}): DeskTicket {
  return {
    ...ticket(),
    priority: 'normal',
    assignee: null,
    service: null,
    legacyId: null,
    openerName: 'Ana',
    mergedInto: null,
    newestMessageId: '<uno@empresa.example>',
    openerIs: { contact: true, verified: true, person: true, undeliverable: false },
    ...over,
  };
}
