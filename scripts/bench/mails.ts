/**
 * The mails of the bench. No two are the same: each has its own Message-ID, subject and first lines, and attachments
 * differ, so that no server may take one for a repeat of another or keep its content once. Senders take turns among all
 * clients. What is the same (long texts) is made beforehand, so that making a mail costs next to nothing.
 */
import { randomBytes } from 'node:crypto';
import {
  CLIENTS,
  clientAddress,
  clientDomain,
  type KnownTicket,
  MAILBOX,
  type MailShape,
  type Scenario,
} from './scenarios.ts';

export interface BenchMail {
  readonly from: string;
  readonly to: string;
  /** In the order in which they go out; the last one ends with CRLF. No line begins with a dot. */
  readonly parts: readonly Buffer[];
}

const SYLLABLES = [
  'ca',
  'sa',
  'do',
  'mi',
  'nio',
  'co',
  'rre',
  'o',
  'ser',
  'vi',
  'dor',
  'pa',
  'gi',
  'na',
  'fac',
  'tu',
  'ra',
  'ción',
  'es',
  'ta',
];
const TEXTS = 64;
const ATTACHED = 4;
const ATTACHMENT_BYTES = 5 * 1024 * 1024;

/** A small generator of our own: the same mails in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Common words are common: the square of a random number picks them. */
function textOf(bytes: number, next: () => number, words: readonly string[], prefix = ''): string {
  let text = '';
  let line = prefix;
  while (text.length < bytes) {
    line += `${words[Math.floor(next() ** 2 * words.length)]} `;
    if (line.length < 70) continue;
    text += `${line.trimEnd()}\r\n`;
    line = prefix;
  }
  return text;
}

export class MailMaker {
  private readonly next = random(7);
  private readonly small: Buffer[] = [];
  private readonly quoted: Buffer[] = [];
  private readonly attached: Buffer[] = [];
  private readonly run = randomBytes(6).toString('hex');
  private readonly shapes: MailShape[] = [];
  private readonly tickets: readonly KnownTicket[];
  private count = 0;
  private client = 0;

  constructor(tickets: readonly KnownTicket[]) {
    this.tickets = tickets;
    const words = Array.from({ length: 3000 }, () =>
      Array.from(
        { length: 1 + Math.floor(this.next() * 4) },
        () => SYLLABLES[Math.floor(this.next() * SYLLABLES.length)],
      ).join(''),
    );
    for (let at = 0; at < TEXTS; at += 1) {
      this.small.push(Buffer.from(textOf(3200, this.next, words)));
      const own = textOf(1500, this.next, words);
      const quote = textOf(17_500, this.next, words, '> ');
      this.quoted.push(
        Buffer.from(`${own}\r\nEl lun, 3 nov 2025 a las 10:00, Soporte (<${MAILBOX}>) escribió:\r\n\r\n${quote}`),
      );
    }
    const lines = (bytes: Buffer) => bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
    for (let at = 0; at < ATTACHED; at += 1) {
      this.attached.push(Buffer.from(`${lines(randomBytes(57 * Math.floor(ATTACHMENT_BYTES / 57)))}`));
    }
  }

  /** Shapes come in a fixed shuffled order with exactly the shares of the scenario. */
  use({ mix }: Scenario): void {
    this.shapes.length = 0;
    for (const [shape, share] of Object.entries(mix)) {
      for (let at = 0; at < share; at += 1) this.shapes.push(shape as MailShape);
    }
    for (let at = this.shapes.length - 1; at > 0; at -= 1) {
      const other = Math.floor(this.next() * (at + 1));
      [this.shapes[at], this.shapes[other]] = [this.shapes[other] ?? 'new-ticket', this.shapes[at] ?? 'new-ticket'];
    }
  }

  make(): BenchMail {
    this.count += 1;
    const shape = this.shapes[this.count % this.shapes.length] ?? 'new-ticket';
    switch (shape) {
      case 'new-ticket':
      case 'stranger':
        return this.plain(shape === 'stranger');
      case 'reply':
        return this.reply();
      case 'attachment':
        return this.attachment();
      default:
        return shape satisfies never;
    }
  }

  private plain(stranger: boolean): BenchMail {
    const client = this.nextClient();
    const from = stranger ? `nadie-${this.count}@extranos.example` : clientAddress(client);
    const subject = `Consulta ${this.count} sobre ${clientDomain(client)}`;
    const head = this.head(from, subject, '', 'text/plain; charset=utf-8', '8bit');
    return {
      from,
      to: MAILBOX,
      parts: [Buffer.from(`${head}\r\nHola, es la consulta ${this.count}.\r\n`), this.text(this.small)],
    };
  }

  private reply(): BenchMail {
    const ticket = this.tickets[this.count % this.tickets.length];
    if (ticket === undefined) throw new Error('there are no tickets to reply to');
    const thread = `In-Reply-To: ${ticket.messageId}\r\nReferences: ${ticket.messageId}\r\n`;
    const head = this.head(
      ticket.recipient,
      `Re: [${ticket.publicId}] ${ticket.subject}`,
      thread,
      'text/plain; charset=utf-8',
      '8bit',
    );
    const parts = [Buffer.from(`${head}\r\nHola, sigo con la consulta ${this.count}.\r\n`), this.text(this.quoted)];
    return { from: ticket.recipient, to: MAILBOX, parts };
  }

  private attachment(): BenchMail {
    const client = this.nextClient();
    const from = clientAddress(client);
    const boundary = `=_${this.run}_${this.count}`;
    const head = this.head(from, `Captura ${this.count}`, '', `multipart/mixed; boundary="${boundary}"`, '7bit');
    const start = `${head}\r\n--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nVa adjunta la captura ${this.count}.\r\n`;
    // A line of its own makes the content differ from every other.
    const own = Buffer.from(`${this.run}-${this.count}`.padEnd(57, '.')).toString('base64');
    const file = `--${boundary}\r\nContent-Type: image/png; name="captura.png"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="captura.png"\r\n\r\n${own}\r\n`;
    return {
      from,
      to: MAILBOX,
      parts: [
        Buffer.from(start + file),
        this.attached[this.count % ATTACHED] ?? Buffer.alloc(0),
        Buffer.from(`\r\n--${boundary}--\r\n`),
      ],
    };
  }

  private head(from: string, subject: string, more: string, type: string, encoding: string): string {
    const id = `${this.run}.${this.count}`;
    return [
      `Received: from mail.cliente.example (mail.cliente.example [192.0.2.10])\r\n\tby mx.hosting.example with ESMTPS id ${id}\r\n\tfor <${MAILBOX}>; Mon, 10 Nov 2025 10:00:00 +0100`,
      `Received: from [10.0.0.5] (unknown [10.0.0.5])\r\n\tby mail.cliente.example with ESMTPSA id ${id}; Mon, 10 Nov 2025 09:59:59 +0100`,
      `From: "Cliente" <${from}>`,
      `To: Soporte <${MAILBOX}>`,
      `Subject: ${subject}`,
      `Date: Mon, 10 Nov 2025 09:59:58 +0100`,
      `Message-ID: <${id}@cliente.example>`,
      `${more}MIME-Version: 1.0`,
      `User-Agent: Mozilla Thunderbird`,
      `Content-Language: es-ES`,
      `Content-Type: ${type}`,
      `Content-Transfer-Encoding: ${encoding}`,
      '',
    ].join('\r\n');
  }

  private nextClient(): number {
    this.client = (this.client + 1) % CLIENTS;
    return this.client;
  }

  private text(from: readonly Buffer[]): Buffer {
    return from[this.count % TEXTS] ?? Buffer.alloc(0);
  }
}
