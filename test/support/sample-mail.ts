/** Mails, accounts and rules as the store gets them: plain data, complete, with what a test does not care about filled in. */
import { createHash } from 'node:crypto';
import type { AccountToSave, ContactToSave, MailToRecord, Rules } from '../../src/store/store.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import type { Policy } from '../../src/tickets/policy.ts';
import { department, policy } from '../tickets/samples.ts';
import { referenceOf } from './reference-of.ts';

export const NOW = Date.UTC(2026, 10, 21, 9, 0);

export function entropyOf(name: string): Buffer {
  return createHash('sha256').update(name).digest();
}

export interface SampleMail {
  /** Makes the mail what it is: its Message-ID, fingerprint, reference and entropy follow from it. */
  readonly id: string;
  readonly from?: string;
  readonly name?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly receivedAt?: number;
}

export function sampleMail(given: SampleMail, more: Partial<IncomingMail> = {}): IncomingMail {
  const { id, from = 'ana@empresa.com', name = 'Ana', to = 'soporte@example.com' } = given;
  const text = given.text ?? `Hola, ${id}\n`;
  const entropy = entropyOf(id);
  return {
    reference: referenceOf(entropy),
    receivedAt: given.receivedAt ?? NOW,
    entropy,
    envelope: { mailFrom: from, recipients: [to], ip: '192.0.2.1', helo: 'mail.empresa.com', utf8: false },
    sender: { clear: true, address: from, name },
    headerRecipients: [to],
    subject: given.subject ?? `Asunto ${id}`,
    messageId: `<${id}@empresa.com>`,
    inReplyTo: [],
    references: [],
    receivedCount: 1,
    date: NOW,
    signedReferences: [],
    isOurs: false,
    text,
    cut: { visible: [[0, text.length]], rule: 'none', confidence: 1 },
    html: null,
    attachments: [],
    fingerprint: entropy.toString('hex'),
    kind: 'human',
    kindEvidence: [],
    bounce: null,
    bounces: [],
    authenticity: { outcome: 'verified', demanded: null, fromStaffNetwork: false, results: null, because: [] },
    defects: [],
    ...more,
  };
}

export function sampleRecord(given: SampleMail, more: Partial<IncomingMail> = {}): MailToRecord {
  const mail = sampleMail(given, more);
  const inline = Buffer.from(`Subject: ${mail.subject}\r\n\r\n${mail.text}`);
  return { mail, raw: { inline }, size: inline.length };
}

export const POLICY: Policy = policy({
  company: 'Hosting Ejemplo',
  ticketPrefix: 'TQ',
  departments: [
    department(),
    department({ key: 'facturacion', names: { es: 'Facturación', en: 'Billing' } }),
    department({ key: 'ventas', names: { es: 'Ventas', en: 'Sales' }, accepts: 'anyone' }),
  ],
  mailboxes: [
    { address: 'soporte@example.com', department: 'soporte', language: null },
    { address: 'facturacion@example.com', department: 'facturacion', language: null },
    { address: 'ventas@example.com', department: 'ventas', language: null },
  ],
  domains: ['example.com'],
});

export function sampleRules(now = NOW, policy: Policy = POLICY): Rules {
  const key = { id: 'k1', secret: Buffer.alloc(32, 7), revoked: false };
  return { policy, signing: { key, domain: 'mail.example.com' }, now };
}

export function sampleContact(address: string, more: Partial<ContactToSave> = {}): ContactToSave {
  return { address, name: '', language: null, role: 'holder', primary: false, departments: null, ...more };
}

export function sampleAccount(number: string, more: Partial<AccountToSave> = {}): AccountToSave {
  return { number, name: `Cliente ${number}`, language: 'es', state: 'active', contacts: [], services: [], ...more };
}

/** The client that `sampleMail` writes from. */
export const ANA = sampleAccount('C-1001', {
  name: 'Empresa',
  contacts: [sampleContact('ana@empresa.com', { name: 'Ana', primary: true })],
  services: ['empresa.com'],
});
