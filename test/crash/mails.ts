/**
 * The mails that the senders write, and what has to become of each. Pure: the bytes come from the random numbers.
 */
import { createHash } from 'node:crypto';
import type { Random } from './random.ts';

/** What a mail must become once it was answered with 250 (or, for a stranger, with 550). */
export type Expected =
  | { readonly kind: 'open' }
  | { readonly kind: 'append'; readonly ticket: string }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'bounce' };

export interface TestMail {
  /** With its brackets; no two mails share one. */
  readonly messageId: string;
  /** Envelope sender. */
  readonly from: string;
  readonly to: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** SHA-256 of each attachment, in their order. */
  readonly attachments: readonly string[];
  readonly expected: Expected;
}

/** A ticket that a sender knows from its receipt. */
export interface KnownTicket {
  readonly id: string;
  readonly opener: string;
  /** Message-ID of the client's first mail and of our receipt. */
  readonly firstId: string;
  readonly receiptId: string;
}

export const CONTACTS = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({
  account: `C-${1000 + number}`,
  address: `persona${number}@empresa${number}.example`,
}));

export const MAILBOXES = ['soporte@hosting.example', 'facturacion@hosting.example'] as const;
export const RETURN_PATH = 'devoluciones@hosting.example';

/** `known`: tickets that may be answered; without one, or by chance, the mail opens a new one. */
export function nextMail(random: Random, name: string, known: readonly KnownTicket[]): TestMail {
  const of100 = random.between(1, 100);
  const ticket = known[random.between(0, Math.max(0, known.length - 1))];
  if (of100 <= 6) return stranger(random, name);
  if (ticket === undefined || of100 <= 55) return newMatter(random, name);
  return of100 <= 61 ? bounceOf(ticket, name) : reply(random, name, ticket);
}

function newMatter(random: Random, name: string): TestMail {
  const { address } = CONTACTS[random.between(0, CONTACTS.length - 1)] ?? { address: '' };
  const headers = [`From: ${address}`, `Subject: Asunto ${name}`];
  return finished(random, name, { from: address, to: random.pick(MAILBOXES), headers, expected: { kind: 'open' } });
}

function reply(random: Random, name: string, ticket: KnownTicket): TestMail {
  const ways: [string[], string[], string[]] = [
    [`Subject: Re: [${ticket.id}] lo mismo`],
    ['Subject: Re: sin identificador', `In-Reply-To: ${ticket.receiptId}`],
    ['Subject: Un detalle', `References: ${ticket.firstId}`],
  ];
  const from = ticket.opener;
  const headers = [`From: ${from}`, ...random.pick(ways)];
  const expected = { kind: 'append', ticket: ticket.id } as const;
  return finished(random, name, { from, to: random.pick(MAILBOXES), headers, expected });
}

function stranger(random: Random, name: string): TestMail {
  const from = `nadie@${name}.example`;
  const headers = [`From: ${from}`, `Subject: Oferta ${name}`];
  return finished(random, name, { from, to: random.pick(MAILBOXES), headers, expected: { kind: 'refuse' } });
}

/** A delay notice (RFC 3464) about a receipt: noted, and nothing else. */
function bounceOf(ticket: KnownTicket, name: string): TestMail {
  const messageId = idOf(name);
  const text = [
    'From: MAILER-DAEMON@mx.example',
    `To: ${RETURN_PATH}`,
    `Message-ID: ${messageId}`,
    'Subject: Delivery delayed',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Your message is delayed.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    `Final-Recipient: rfc822; ${ticket.opener}`,
    'Action: delayed',
    'Status: 4.4.1',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${ticket.receiptId}`,
    '--b--',
    '',
  ].join('\r\n');
  const bytes = Buffer.from(text, 'latin1');
  return {
    messageId,
    from: '',
    to: RETURN_PATH,
    bytes,
    sha256: sha256(bytes),
    attachments: [],
    expected: { kind: 'bounce' },
  };
}

interface Parts {
  readonly from: string;
  readonly to: string;
  readonly headers: readonly string[];
  readonly expected: Expected;
}

function finished(random: Random, name: string, { from, to, headers, expected }: Parts): TestMail {
  const files = attachmentsFor(random);
  // Above 64 KB the raw mail is a file of its own.
  const body = words(random, random.chance(0.06) ? random.between(70_000, 130_000) : random.between(40, 2_000));
  const boundary = `limite-${name}`;
  const text = { type: 'text/plain; charset=utf-8', lines: [body] };
  const parts = files.map((file, index) => [
    `--${boundary}`,
    `Content-Type: application/octet-stream; name="archivo-${index}.dat"`,
    `Content-Disposition: attachment; filename="archivo-${index}.dat"`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(file.toString('base64').match(/.{1,76}/g) ?? []),
  ]);
  const content =
    files.length === 0
      ? [`Content-Type: ${text.type}`, '', ...text.lines]
      : [
          `Content-Type: multipart/mixed; boundary="${boundary}"`,
          '',
          `--${boundary}`,
          `Content-Type: ${text.type}`,
          '',
          ...text.lines,
          ...parts.flat(),
          `--${boundary}--`,
        ];
  const messageId = idOf(name);
  const lines = [...headers, `To: ${to}`, `Message-ID: ${messageId}`, 'MIME-Version: 1.0', ...content, ''];
  const bytes = Buffer.from(lines.join('\r\n'));
  return { messageId, from, to, bytes, sha256: sha256(bytes), attachments: files.map(sha256), expected };
}

function attachmentsFor(random: Random): Buffer[] {
  const count = random.chance(0.2) ? random.between(1, 3) : 0;
  return Array.from({ length: count }, () => {
    // The same files come again and again, as a logo in a signature does.
    if (random.chance(0.3)) return Buffer.alloc(random.pick([1_000, 90_000]), 'logo');
    const file = Buffer.alloc(random.chance(0.3) ? random.between(66_000, 160_000) : random.between(1, 9_000));
    for (let at = 0; at < file.length; at += 4) file[at] = random.between(0, 255);
    return file;
  });
}

function words(random: Random, length: number): string {
  const lines: string[] = [];
  for (let size = 0; size < length; ) {
    const line = Array.from({ length: 9 }, () =>
      random.pick(['correo', 'página', 'no llega', 'desde ayer', 'gracias', 'dominio', 'error 550', '.']),
    ).join(' ');
    lines.push(line);
    size += Buffer.byteLength(line) + 2;
  }
  return lines.join('\r\n');
}

function idOf(name: string): string {
  return `<${name}@cliente.example>`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
