/**
 * Mails on their way between the robots of the simulation: a header as text, and what a Taquilla reads from it with
 * the real parsers of the header. Bodies are one line; MIME, charsets and quotes play no part in a loop.
 */
import { createHash } from 'node:crypto';
import { classify } from '../../src/mail/automatic.ts';
import { headerText, rawHeaders, readHeaderLines } from '../../src/mail/header-lines.ts';
import { readMessageIds, type SigningKey, verifyMessageId } from '../../src/mail/message-id.ts';
import { readSender } from '../../src/mail/sender.ts';
import type { OutgoingMail } from '../../src/tickets/decision.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import { referenceOf } from '../support/reference-of.ts';

export interface WireMail {
  /** MAIL FROM, `''` for the null sender. */
  readonly mailFrom: string;
  readonly to: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
  /** SPF or DKIM pass for the From. */
  readonly proof: boolean;
}

/** The header fields of mails that a Taquilla sends by itself, as outbox/render.ts writes them. */
export function onTheWire(mail: OutgoingMail): WireMail {
  const ticketId = 'ticketId' in mail.data ? mail.data.ticketId : '';
  const subject = 'subject' in mail.data ? mail.data.subject : '';
  return {
    mailFrom: '',
    to: mail.recipient,
    fields: {
      From: mail.from,
      To: mail.recipient,
      Subject: ticketId === '' ? 'Tu mensaje' : `[${ticketId}] ${subject}`,
      'Message-ID': mail.messageId,
      'In-Reply-To': mail.inReplyTo ?? '',
      References: mail.references.join(' '),
      ...(mail.data.kind === 'staff-answer'
        ? {}
        : {
            'Auto-Submitted': mail.data.kind.startsWith('staff-') ? 'auto-generated' : 'auto-replied',
            'X-Auto-Response-Suppress': 'DR, RN, NRN, OOF, AutoReply',
          }),
    },
    body: 'Hemos recibido tu mensaje.',
    proof: true,
  };
}

const VERIFIED = { outcome: 'verified', demanded: null, fromStaffNetwork: false, results: null, because: [] } as const;
const UNVERIFIED = { ...VERIFIED, outcome: 'unverified' } as const;

/** What intake/read-mail.ts makes of it. `serial` stands for the randomness of this mail. */
export function readWire(mail: WireMail, keys: readonly SigningKey[], now: number, serial: string): IncomingMail {
  const header = Object.entries(mail.fields).filter(([, value]) => value !== '');
  const start = Buffer.from(`${header.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${mail.body}\r\n`);
  const { lines } = readHeaderLines(start);
  const ids = (name: string) => readMessageIds(rawHeaders(lines, name));
  const [inReplyTo, references] = [ids('in-reply-to'), ids('references')];
  const fingerprint = createHash('sha256').update(`${mail.fields.From}\n${mail.fields['Message-ID']}\n${mail.body}`);
  const digest = fingerprint.digest('hex');
  const messageId = ids('message-id')[0] ?? `<${digest.slice(0, 32)}@no-message-id.invalid>`;
  const automatic = classify({ lines, nullSender: mail.mailFrom === '', start });
  const signed = [...inReplyTo, ...[...references].reverse()].map((id) => verifyMessageId(id, keys));
  const entropy = createHash('sha256').update(serial).digest();
  return {
    reference: referenceOf(entropy),
    receivedAt: now,
    entropy,
    envelope: { mailFrom: mail.mailFrom, recipients: [mail.to], ip: '192.0.2.1', helo: 'x', utf8: false },
    sender: readSender(lines),
    headerRecipients: [mail.to],
    subject: headerText(lines.find(({ name }) => name === 'subject')?.raw ?? ''),
    messageId,
    inReplyTo,
    references,
    receivedCount: 1,
    date: now,
    signedReferences: signed.flatMap((id) => id ?? []),
    isOurs: verifyMessageId(messageId, keys) !== null,
    text: mail.body,
    cut: { visible: [[0, mail.body.length]], rule: 'none', confidence: 1 },
    html: null,
    attachments: [],
    fingerprint: digest,
    kind: automatic.kind,
    kindEvidence: automatic.evidence,
    bounce: automatic.bounce,
    bounces: automatic.bounces,
    authenticity: mail.proof ? VERIFIED : UNVERIFIED,
    defects: [],
  };
}
