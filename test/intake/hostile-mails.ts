/** Whole mails that are made to keep a server busy: each aims at one part of the way from DATA to ticket. */

import { property, tnef } from '../mail/tnef-sample.ts';
import { HOSTILE_HTML, HOSTILE_TEXTS } from '../mail/visible-reply/hostile.ts';

export interface HostileMail {
  readonly name: string;
  readonly bytes: Buffer;
}

const FROM = 'From: ana@empresa.example\r\nTo: soporte@hosting.example\r\n';

function mail(head: string, body: string): Buffer {
  const lines = `${FROM}Message-ID: <${head.length}.${body.length}@empresa.example>\r\n${head}\r\n${body}`;
  return Buffer.from(lines.replace(/\r?\n|\r/g, '\r\n'));
}

const html = (body: string) => mail('MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n', body);
const plain = (body: string) => mail('Subject: texto\r\n', body);

function attached(type: string, content: Buffer): Buffer {
  const base64 = content.toString('base64').replace(/.{76}/g, '$&\r\n');
  return mail(
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n',
    `--b\r\nContent-Type: ${type}; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}\r\n--b--\r\n`,
  );
}

function nested(depth: number): Buffer {
  let body = '';
  for (let level = 1; level <= depth; level += 1)
    body += `--b${level - 1}\r\nContent-Type: multipart/mixed; boundary=b${level}\r\n\r\n`;
  return mail('MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b0\r\n', body);
}

const parts = (count: number, type: string, content: string) =>
  mail(
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n',
    `${`--b\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`.repeat(count)}--b--\r\n`,
  );

/** About so many bytes of a unit. */
const of = (unit: string, bytes: number) => unit.repeat(Math.floor(bytes / unit.length));
const MB = 1024 * 1024;
/** Mails below these are read at once, without a thread; so each attack is tried at that size too. */
const INLINE = 63 * 1024;
const INLINE_HTML = 15 * 1024;

const NUMBERED = (bytes: number, line: (index: number) => string) => {
  let out = '';
  for (let index = 0; out.length < bytes; index += 1) out += line(index);
  return out;
};

const BODIES: readonly (readonly [string, (bytes: number) => Buffer])[] = [
  ['nested div', (bytes) => html(of('<div>', bytes))],
  ['nested tables', (bytes) => html(of('<table><tr><td>', Math.min(bytes, 45_000)))],
  ['nested to the limit, again and again', (bytes) => html(of(`${'<b>'.repeat(450)}x${'</b>'.repeat(450)}`, bytes))],
  ['colspan', (bytes) => html(of('<table><tr><td colspan=20000 rowspan=20000>x</table>', bytes))],
  ['links', (bytes) => html(of('<a href="http://a.example/b">a</a>', bytes))],
  ['list items', (bytes) => html(of('<ul><li>a', bytes))],
  ['blockquotes', (bytes) => html(of('<blockquote>a</blockquote>', bytes))],
  ['attributes', (bytes) => html(`<div ${of('a=b ', bytes)}>`)],
  ['entities', (bytes) => html(of('&amp;&#x41;&nbsp', bytes))],
  ['paragraphs', (bytes) => html(of('<p>a\n', bytes))],
  ['quoted lines', (bytes) => plain(of('> a\r\n', bytes))],
  ['one line', (bytes) => plain('a'.repeat(bytes))],
  ['different words', (bytes) => plain(NUMBERED(bytes, (index) => `palabra${index}x dominio${index}.example\r\n`))],
  ['domains', (bytes) => plain(NUMBERED(bytes, (index) => `www.d${index}.example `))],
  ['account numbers', (bytes) => plain(NUMBERED(bytes, (index) => `C-${index} `))],
  ['bare boundaries', (bytes) => mail('Content-Type: multipart/mixed; boundary=b\r\n', of('--b\r\n', bytes))],
  [
    'report',
    (bytes) =>
      mail(
        'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n',
        `--b\r\n\r\n${of('a@b.example 550 5.1.1\r\n', bytes)}\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n${of('Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n', bytes)}`,
      ),
  ],
  [
    'mailer daemon',
    (bytes) =>
      mail(
        'Subject: Undelivered Mail Returned to Sender\r\nX-Failed-Recipients: x@y.example\r\n',
        NUMBERED(bytes, (index) => `<a${index}@b.example>: host said: 550 5.1.1 unknown user\r\n`),
      ),
  ],
  ['base64 of one line', (bytes) => mail('Content-Transfer-Encoding: base64\r\n', 'QUFB'.repeat(bytes / 4))],
  ['blanks in base64', (bytes) => mail('Content-Transfer-Encoding: base64\r\n', `${' '.repeat(bytes)}QUFB`)],
  [
    'blanks in quoted-printable',
    (bytes) => mail('Content-Transfer-Encoding: quoted-printable\r\n', `${' '.repeat(bytes)}x`),
  ],
  [
    'blanks in a quoted-printable file',
    (bytes) =>
      mail(
        'Content-Transfer-Encoding: quoted-printable\r\nContent-Disposition: attachment; filename=a\r\n',
        `${' '.repeat(bytes)}x`,
      ),
  ],
  ['quoted-printable', (bytes) => mail('Content-Transfer-Encoding: quoted-printable\r\n', of('=41=\r\n', bytes))],
  ['iso-2022-jp', (bytes) => mail('Content-Type: text/plain; charset=iso-2022-jp\r\n', of('\x1b$B0!\x1b(B', bytes))],
  ['flowed', (bytes) => mail('Content-Type: text/plain; format=flowed\r\n', of('> a \r\n', bytes))],
];

const HEADS: readonly (readonly [string, (bytes: number) => string])[] = [
  ['To: a:a:a', (bytes) => `To: ${of('a:', bytes)}\r\n`],
  ['folded To', (bytes) => `To: ${of('a@b.example,\r\n ', bytes)}\r\n`],
  ['To of different addresses', (bytes) => `To: ${NUMBERED(bytes, (index) => `a${index}@b.example, `)}x@y.example\r\n`],
  ['Cc fields', (bytes) => NUMBERED(bytes, (index) => `Cc: a${index}@b.example\r\n`)],
  ['comments in To', (bytes) => `To: ${'('.repeat(bytes)}\r\n`],
  ['encoded words in Subject', (bytes) => `Subject: ${of('=?utf-8?b?w7E=?= ', bytes)}\r\n`],
  ['blanks in an encoded word', (bytes) => `Subject: =?utf-8?q?${'_'.repeat(bytes)}x?=\r\n`],
  ['blanks in a Subject', (bytes) => `Subject:${' '.repeat(bytes)}x\r\n`],
  ['blanks in a Content-Type', (bytes) => `Content-Type: text/plain;${' '.repeat(bytes)}x\r\n`],
  ['split encoded words', (bytes) => `Subject: ${of('=?iso-2022-jp?q?=1B$B0!?=\r\n ', bytes)}\r\n`],
  [
    'ticket numbers in Subject',
    (bytes) => `Subject: ${NUMBERED(Math.min(bytes, 990), (index) => `TQ-${100000 + index} `)}\r\n`,
  ],
  [
    'ticket numbers in a long Subject',
    (bytes) => `Subject: ${NUMBERED(bytes, (index) => `TQ-${100000 + index} `)}\r\n`,
  ],
  ['References', (bytes) => `References: ${NUMBERED(bytes, (index) => `<${index}@b.example>\r\n `)}\r\n`],
  ['open References', (bytes) => `References: ${'<'.repeat(bytes)}\r\n`],
  [
    'our References',
    (bytes) =>
      `References: ${NUMBERED(bytes, (index) => `<tq.${100000 + index}.1.k1.aaaaaaaaaaaaaaaaaaaaaaaa@hosting.example>\r\n `)}\r\n`,
  ],
  [
    'DKIM signatures',
    (bytes) =>
      NUMBERED(
        bytes,
        (index) => `DKIM-Signature: v=1; a=rsa-sha256; d=d${index}.example; s=s; h=from:subject; bh=AAAA; b=AAAA\r\n`,
      ),
  ],
  [
    'ten DKIM signatures',
    (bytes) =>
      NUMBERED(
        10,
        (index) =>
          `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=d${index}.example; s=s; h=from${':x'.repeat(bytes / 40)}; bh=AAAA; b=AAAA\r\n`,
      ),
  ],
  ['Received', (bytes) => of('Received: by a\r\n', bytes)],
  ['empty fields', (bytes) => of('A:\r\n', bytes)],
  ['Authentication-Results', (bytes) => of('Authentication-Results: a; dkim=pass (((((\r\n', bytes)],
  [
    'Content-Type parameters',
    (bytes) => `Content-Type: text/plain${NUMBERED(bytes, (index) => `; a*${index}*=b`)}\r\n`,
  ],
  ['List fields', (bytes) => of('List-Id: a\r\n', bytes)],
];

export function hostileMails(): HostileMail[] {
  const out: HostileMail[] = [];
  for (const [name, make] of BODIES)
    for (const bytes of [INLINE_HTML, INLINE, MB]) out.push({ name: `${name}, ${bytes} bytes`, bytes: make(bytes) });
  for (const [name, make] of HEADS)
    for (const bytes of [INLINE - 2048, 250 * 1024])
      out.push({ name: `${name}, ${bytes} bytes`, bytes: mail(make(bytes), 'Hola\r\n') });
  // What they cost at full length is tested where they come from.
  for (const { name, text } of HOSTILE_TEXTS) out.push({ name, bytes: plain(text.slice(0, 60_000)) });
  for (const { name, html: body } of HOSTILE_HTML) out.push({ name, bytes: html(body.slice(0, INLINE_HTML)) });
  out.push(
    { name: '1,500 nested multiparts', bytes: nested(1500) },
    { name: '20,000 nested multiparts', bytes: nested(20_000) },
    { name: '900 text parts', bytes: parts(900, 'text/plain', 'a') },
    { name: '900 HTML parts', bytes: parts(900, 'text/html', '<p>a') },
    { name: '5,000 parts', bytes: parts(5000, 'text/plain', 'a') },
    { name: '900 files', bytes: parts(900, 'application/x-a', 'a') },
    { name: '60 forwarded mails', bytes: parts(60, 'message/rfc822', 'Subject: a\r\n\r\na') },
    { name: '200,000 quoted lines', bytes: plain('> a\r\n'.repeat(200_000)) },
    { name: '2 MB of text', bytes: plain(of('palabra y otra más, y otra.\r\n', 2 * MB)) },
    { name: '2 MB of different words', bytes: plain(NUMBERED(2 * MB, (index) => `p${index.toString(36)}\r\n`)) },
    {
      name: 'winmail.dat of 12 MB',
      bytes: attached('application/ms-tnef', tnef([{ title: Buffer.from('a'), data: Buffer.alloc(12 * MB, 1) }])),
    },
    {
      name: 'winmail.dat of 200 files',
      bytes: attached(
        'application/ms-tnef',
        tnef(
          Array.from({ length: 200 }, (_, index) => ({
            title: Buffer.from(`a${index}`),
            data: Buffer.from(`x${index}`),
          })),
        ),
      ),
    },
    {
      name: 'winmail.dat of 1,900 properties',
      bytes: attached(
        'application/ms-tnef',
        tnef([{ properties: Array.from({ length: 1900 }, () => property(0x3001, 0x001e, Buffer.alloc(1000, 65))) }]),
      ),
    },
    { name: '20 MB in one file', bytes: attached('application/octet-stream', Buffer.alloc(20 * MB, 7)) },
    { name: '20 MB in one line', bytes: plain('a'.repeat(20 * MB)) },
    { name: '10 MB of line ends', bytes: plain('\r\n'.repeat(5 * MB)) },
  );
  return out;
}
