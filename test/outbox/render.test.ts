/** What leaves the house: texts in both languages, and the finished mail as another program reads it. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { composeMail } from '../../src/mail/compose.ts';
import { readHeaderLines } from '../../src/mail/header-lines.ts';
import { bufferSource, parseMail } from '../../src/mail/parse.ts';
import { REPLY_MARKER } from '../../src/mail/reply-marker.ts';
import { renderMail, renderTexts } from '../../src/outbox/render.ts';
import type { OutgoingMail, ReceiptData, RefusalNoticeData, ReplyNoticeData } from '../../src/tickets/decision.ts';
import { LANGUAGES } from '../../src/tickets/model.ts';
import { namedTicketIds } from '../../src/tickets/ticket-id.ts';

interface Read {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string | false;
  readonly messageId?: string;
  readonly inReplyTo?: string;
  readonly references?: string | readonly string[];
  readonly from?: { readonly value: readonly { readonly address?: string; readonly name: string }[] };
  readonly to?: { readonly value: readonly { readonly address?: string; readonly name: string }[] };
  readonly cc?: unknown;
  readonly bcc?: unknown;
  readonly attachments: readonly unknown[];
  readonly headers: ReadonlyMap<string, unknown>;
}

// The project's types for mailparser know only what the project uses, and that is not this function.
const { simpleParser } = createRequire(import.meta.url)('mailparser') as {
  simpleParser(mail: Buffer): Promise<Read>;
};

const RECEIPT: ReceiptData = {
  kind: 'receipt',
  ticketId: 'TQ-482913',
  company: 'Hosting Ejemplo',
  department: 'Soporte',
  subject: 'Mi web no carga',
  name: 'Ana',
  hint: 'Indícanos la URL.',
  helpUrl: 'https://ayuda.example.com/?a=1&b=2',
  helpPhone: '+34 900 000 000',
  attachments: 2,
  otherTickets: [{ ticketId: 'TQ-111111', subject: 'Mi web no carga' }],
  account: 'C-1001',
  unverified: true,
};

const NOTICE: RefusalNoticeData = {
  kind: 'refusal-notice',
  reference: '7KQ2M9XF4T',
  company: 'Hosting Ejemplo',
  department: 'Soporte',
  helpUrl: 'https://ayuda.example.com/',
  helpPhone: '+34 900 000 000',
};

const REPLY: ReplyNoticeData = {
  kind: 'reply-notice',
  ticketId: 'TQ-482913',
  company: 'Hosting Ejemplo',
  department: 'Soporte',
  subject: 'Mi web no carga',
  name: 'Ana',
  helpUrl: '',
  helpPhone: '',
};

const STRANGER: ReceiptData = {
  ...RECEIPT,
  kind: 'stranger-receipt',
  subject: '',
  name: '',
  hint: '',
  helpUrl: '',
  helpPhone: '',
  attachments: 0,
  otherTickets: [],
  account: '',
  unverified: false,
};

function outgoing(over: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    recipient: 'ana@empresa.example',
    recipientName: 'Ana',
    from: 'soporte@example.com',
    fromName: 'Soporte · Hosting Ejemplo',
    language: 'es',
    messageId: '<tq.a.482913.k1.00@example.com>',
    inReplyTo: '<original@empresa.example>',
    references: ['<primero@empresa.example>', '<original@empresa.example>', '<tq.root.482913.k1.00@example.com>'],
    data: RECEIPT,
    ...over,
  };
}

const DATE = Date.UTC(2026, 2, 2, 9);
const KINDS = [RECEIPT, STRANGER, REPLY, NOTICE].flatMap((data) =>
  LANGUAGES.map((language) => ({ data, language, kind: data.kind })),
);

describe('a mail of ours', () => {
  it.each(KINDS)('says all it should and nothing of the template: $kind, $language', ({ data, language }) => {
    const { subject, text, html } = renderTexts(outgoing({ data, language }));
    const name = data.kind === 'refusal-notice' ? data.reference : data.ticketId;
    for (const part of data.kind === 'refusal-notice' ? [text, html] : [subject, text, html])
      expect(part).toContain(name);
    for (const part of [subject, text, html]) {
      expect(part).not.toMatch(/undefined|null|NaN|\[object|\{\{|\{%/);
      expect(part).not.toMatch(/Liquid/);
    }
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).not.toMatch(/\n{3}|[ \t]\n/);
    expect(html).toContain(`<html lang="${language}">`);
  });

  it.each(LANGUAGES)('carries the line above which to answer, except a notice: %s', (language) => {
    expect(renderTexts(outgoing({ language })).text.startsWith(`${REPLY_MARKER[language]}\n`)).toBe(true);
    expect(renderTexts(outgoing({ language })).html).toContain(REPLY_MARKER[language]);
    expect(renderTexts(outgoing({ language, data: NOTICE })).text).not.toContain(REPLY_MARKER[language]);
  });

  it.each(LANGUAGES)('shows every fact of a receipt: %s', (language) => {
    const { text } = renderTexts(outgoing({ language }));
    for (const fact of [
      'Ana',
      'Soporte',
      'Mi web no carga',
      'Indícanos la URL.',
      '2',
      'TQ-111111',
      'C-1001',
      '+34 900',
    ]) {
      expect(text).toContain(fact);
    }
    expect(text).toContain('https://ayuda.example.com/?a=1&b=2');
  });

  it.each([true, false])('asks back only where nothing proves the sender: %s', (unverified) => {
    const { text, html } = renderTexts(outgoing({ data: { ...RECEIPT, unverified } }));
    for (const part of [text, html]) expect(part.includes('No hemos podido comprobar')).toBe(unverified);
  });

  it.each([
    [0, /adjunto/, false],
    [1, /con un archivo adjunto/, true],
    [2, /con 2 archivos adjuntos/, true],
  ])('speaks of %i attachments as a person would', (attachments, pattern, said) => {
    expect(pattern.test(renderTexts(outgoing({ data: { ...RECEIPT, attachments } })).text)).toBe(said);
  });

  it.each(LANGUAGES)('escapes in HTML what a client wrote, and only there: %s', (language) => {
    const evil = '<script>alert("1")</script>&amp;';
    const data: ReceiptData = {
      ...RECEIPT,
      subject: evil,
      name: evil,
      hint: evil,
      department: evil,
      helpUrl: `https://x/"><img src=x>${evil}`,
      otherTickets: [{ ticketId: 'TQ-111111', subject: evil }],
    };
    const { subject, text, html } = renderTexts(outgoing({ language, data }));
    expect(html).not.toMatch(/<script|<img|"><img/);
    expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(6);
    expect(subject).toContain(evil);
    expect(text.split(evil).length).toBeGreaterThanOrEqual(6);
  });

  it('does not run a template that a client wrote', () => {
    const subject = '{{ company }} {% assign x = 1 %}{% raw %}';
    const { text, html } = renderTexts(outgoing({ data: { ...RECEIPT, subject } }));
    expect(text).toContain(subject);
    expect(html).toContain(subject);
  });
});

describe('the finished mail', () => {
  it.each(KINDS)('has one sender, one recipient and its thread: $kind, $language', async ({ data, language }) => {
    const mail = outgoing({ data, language });
    const read = await simpleParser(await renderMail(mail, DATE));
    expect(read.from?.value).toEqual([{ address: mail.from, name: mail.fromName }]);
    expect(read.to?.value).toEqual([{ address: mail.recipient, name: 'Ana' }]);
    expect([read.cc, read.bcc]).toEqual([undefined, undefined]);
    expect(read.messageId).toBe(mail.messageId);
    expect(read.inReplyTo).toBe(mail.inReplyTo);
    expect(read.references).toEqual(mail.references);
    expect(read.headers.get('auto-submitted')).toBe('auto-replied');
    expect(read.headers.get('x-auto-response-suppress')).toBe('DR, RN, NRN, OOF, AutoReply');
    expect(read.headers.get('content-language')).toBe(language);
    expect(read.headers.get('date')).toEqual(new Date(DATE));
    const texts = renderTexts(mail);
    expect(read.subject).toBe(texts.subject);
    expect(read.text?.trimEnd()).toBe(texts.text.trimEnd());
    expect(String(read.html).trimEnd()).toBe(texts.html.trimEnd());
    expect(read.attachments).toEqual([]);
  });

  it('is read by ourselves as what it is, and its subject names the ticket', async () => {
    const data = {
      ...RECEIPT,
      subject: 'Avería en la línea de mañana, con un asunto largo que hay que doblar: 故障'.repeat(2),
    };
    const read = await parseMail(bufferSource(await renderMail(outgoing({ data }), DATE)), null);
    expect(read.sender).toMatchObject({ clear: true, address: 'soporte@example.com' });
    expect(read.headerRecipients).toEqual(['ana@empresa.example']);
    expect(namedTicketIds(read.subject, 'TQ')).toEqual(['TQ-482913']);
    expect(read.defects).toEqual([]);
    expect(read.text).toContain('¿Ya está resuelto?');
  });

  const INJECTIONS = [
    'x\r\nBcc: victima@x.com',
    'x\nBcc: victima@x.com\n\ncuerpo',
    'x\rBcc: victima@x.com',
    'x\u2028Bcc: victima@x.com',
    'x\u0000\r\n\r\ncuerpo',
    'x" <victima@x.com>, "y',
    'x <victima@x.com>',
    'x, victima@x.com',
    '=?utf-8?Q?x=0D=0ABcc:_victima@x.com?=',
    'equipo: victima@x.com;',
  ];

  it.each(INJECTIONS)('gets no header and no recipient from %j in any field', async (evil) => {
    const other = [{ ticketId: evil, subject: evil }];
    const data: ReceiptData = { ...RECEIPT, ...strings(RECEIPT, evil), otherTickets: other };
    const mail = outgoing({
      data,
      recipientName: evil,
      fromName: evil,
      inReplyTo: `<${evil}>`,
      references: [`<${evil}>`, evil],
    });
    const bytes = await renderMail(mail, DATE);
    const { lines } = readHeaderLines(bytes);
    const clean = readHeaderLines(await renderMail(outgoing(), DATE)).lines.map(({ name }) => name);
    for (const { name } of lines) expect(clean).toContain(name);
    expect(new Set(lines.map(({ name }) => name)).size).toBe(lines.length);
    const read = await simpleParser(bytes);
    expect(read.cc).toBeUndefined();
    expect(read.bcc).toBeUndefined();
    const ours = await parseMail(bufferSource(bytes), null);
    expect(ours.headerRecipients).toEqual(['ana@empresa.example']);
    expect(ours.sender).toMatchObject({ clear: true, address: 'soporte@example.com' });
    expect(ours.subject).not.toMatch(/[\r\n]/);
  });

  it.each([
    'ana@empresa.example\r\nBcc: victima@x.com',
    'ana@empresa.example, victima@x.com',
    'Ana <ana@empresa.example>',
    'ana@empresa.example>,<victima@x.com',
    '',
  ])('is not made for a recipient that is no address: %j', async (recipient) => {
    await expect(renderMail(outgoing({ recipient }), DATE)).rejects.toThrow('not an address');
    await expect(renderMail(outgoing({ from: recipient }), DATE)).rejects.toThrow('not an address');
  });

  it('of a person is not marked as automatic', async () => {
    const texts = { subject: 'Hola', text: 'Hola', html: '<p>Hola</p>' };
    const party = { name: '', address: 'ana@empresa.example' };
    const ids = { messageId: '<a@x>', inReplyTo: null, references: [] };
    const bytes = await composeMail({
      ...texts,
      ...ids,
      from: party,
      to: party,
      date: DATE,
      autoSubmitted: null,
      language: 'es',
    });
    const names = readHeaderLines(bytes).lines.map(({ name }) => name);
    for (const name of ['auto-submitted', 'x-auto-response-suppress', 'in-reply-to', 'references']) {
      expect(names).not.toContain(name);
    }
  });
});

/** The same record with this text in every text field but `kind`. */
function strings(data: ReceiptData, text: string): Partial<ReceiptData> {
  const fields = Object.entries(data).filter(([key, value]) => typeof value === 'string' && key !== 'kind');
  return Object.fromEntries(fields.map(([key]) => [key, text]));
}
