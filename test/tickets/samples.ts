/** Made-up contacts, departments and tickets for the tests of the rules. */
import { ATTACHMENT_LIMITS } from '../../src/mail/keep-attachments.ts';
import { RISKY_TYPES } from '../../src/mail/risky-file.ts';
import type { Contact, Ticket } from '../../src/tickets/model.ts';
import type { Department, Policy } from '../../src/tickets/policy.ts';

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
    ...over,
  };
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
