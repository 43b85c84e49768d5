/**
 * Mails made from other mails, by mutations that know what a mail is made of: header fields, boundaries, encodings,
 * charsets, nesting, line ends. Works on latin1 strings, one character a byte.
 */
import type { Random } from './random.ts';

/** Larger mails only make the fuzzer slow; size has tests of its own. */
const MAX_BYTES = 300_000;

const CHARSETS =
  'utf-8 us-ascii iso-8859-1 iso-8859-15 windows-1252 windows-1251 koi8-r utf-7 utf-16 utf-16le utf-32 iso-2022-jp shift_jis euc-jp euc-kr gb18030 gbk big5 hz-gb-2312 cp437 cp850 macintosh ibm037 unknown-8bit x-unknown "" utf8 binary'.split(
    ' ',
  );
const ENCODINGS = ['7bit', '8bit', 'binary', 'base64', 'quoted-printable', 'x-uuencode', 'BASE64 ', '', 'gzip'];
const TYPES = [
  'text/plain',
  'text/html',
  'text/plain; format=flowed; delsp=yes',
  'text/calendar; method=REQUEST',
  'multipart/mixed; boundary=b',
  'multipart/alternative; boundary="b"',
  'multipart/related; boundary=b; type="text/html"',
  'multipart/report; report-type=delivery-status; boundary=b',
  'multipart/signed; boundary=b',
  'multipart/mixed',
  'multipart/mixed; boundary=""',
  'multipart/mixed; boundary="b; charset=utf-8',
  'message/rfc822',
  'message/delivery-status',
  'message/partial; number=1; total=2; id=x',
  'application/ms-tnef; name=winmail.dat',
  "application/octet-stream; name*0*=utf-8''%e2%82; name*1*=%ac.exe",
  'text/plain; charset=utf-8; charset=utf-16; name="../../x"',
  'text',
  '/',
  ';',
  '',
];
const WORDS = [
  '=?utf-8?Q?caf=C3=A9?=',
  '=?utf-8?B?8J+YgA==?=',
  '=?utf-8?B?8J+Y?= =?utf-8?B?gA==?=',
  '=?utf-16?B?2AA=?=',
  '=?iso-2022-jp?B?GyRC?=',
  '=?x?Q??=',
  '=?utf-8?Q?=00=0D=0A?=',
  '[TQ-482913]',
  'Re: RV: Fwd: AW:',
  '<a@b.example>',
  'ana@empresa.com, eva@x.example',
  '"ana@empresa.com" <eva@x.example>',
  'undisclosed-recipients:;',
  '(comment (nested) \\) )',
  '<>',
  'a'.repeat(1200),
  '\xed\xa0\x80',
  '\xf0\x9f\x98\x80',
  '\xef\xb7\x90\xef\xb7\x91',
  '\xee\x80\x80\xee\x80\x81\xee\x80\x82',
  '\xe2\x80\xae\xe2\x80\x8b',
  '\x00',
  '\x1b$B',
  '\xff\xfe',
  'auto-replied',
  'Thu, 32 Foo 99999 25:61:61 +9999',
];
const FIELDS =
  'From Sender Reply-To To Cc Subject Date Message-ID In-Reply-To References Received Return-Path Auto-Submitted X-Auto-Response-Suppress List-Id Precedence Content-Type Content-Transfer-Encoding Content-Disposition Content-ID MIME-Version X-Failed-Recipients'.split(
    ' ',
  );
const LINES = [
  '> cita',
  'El lun, 3 ene 2022 a las 10:00, X <x@y.example> escribió:',
  'On Mon, Jan 3, 2022 at 10:00 AM X <x@y.example> wrote:',
  '-----Mensaje original-----',
  'De: X <x@y.example>\r\nEnviado: lunes, 3 de enero de 2022 10:00\r\nPara: Z\r\nAsunto: hola',
  '##- Escribe tu respuesta por encima de esta línea -##',
  '-- ',
  '#cerrar',
  'begin 644 x.exe\r\n#0V%T\r\n`\r\nend',
  '<div>',
  '</div>',
  '<blockquote type=cite>',
  '<table><tr><td colspan=20000 rowspan=20000>',
  '<img src=cid:x><img src=http://x.example/1.png>',
  '<style>@import url(x)</style><script>alert(1)</script>',
  '<!--[if mso]><!-- --><![endif]',
  '&#xd800;&#x110000;&#0;&nbsp;&bogus;',
  '--b',
  '--b--',
  '.',
  '..',
];

type Mutation = (mail: string, random: Random, other: string) => string;

const MUTATIONS: readonly Mutation[] = [
  // The header.
  (mail, random) => inHeader(mail, (lines) => insert(lines, random, `${random.pick(FIELDS)}: ${words(random)}`)),
  (mail, random) => inHeader(mail, (lines) => lines.filter(() => !random.oneIn(4))),
  (mail, random) => inHeader(mail, (lines) => insert(lines, random, random.pick(lines) ?? 'X: y')),
  (mail, random) =>
    inHeader(mail, (lines) =>
      lines.map((line) => (random.oneIn(5) ? line.replace(/:.*/, `: ${words(random)}`) : line)),
    ),
  (mail, random) =>
    inHeader(mail, (lines) => insert(lines, random, random.pick([' folded', '\tfolded', ':', 'x', ' :']))),
  (mail, random) => inHeader(mail, (lines) => insert(lines, random, `Content-Type: ${random.pick(TYPES)}`)),
  // Parts.
  (mail, random) =>
    replaceOne(
      mail,
      /content-transfer-encoding:[^\r\n]*/gi,
      random,
      () => `Content-Transfer-Encoding: ${random.pick(ENCODINGS)}`,
    ),
  (mail, random) => replaceOne(mail, /charset=[^\r\n;]*/gi, random, () => `charset=${random.pick(CHARSETS)}`),
  (mail, random) => replaceOne(mail, /content-type:[^\r\n]*/gi, random, () => `Content-Type: ${random.pick(TYPES)}`),
  (mail, random) =>
    replaceOne(mail, /boundary=[^\r\n;]*/gi, random, () =>
      random.pick(['boundary=b', 'boundary=', 'boundary="', 'x=y']),
    ),
  (mail, random) => replaceOne(mail, /^--[^\r\n]+/gm, random, () => random.pick(['--b', '--b--', '--', ''])),
  (mail, random) => replaceOne(mail, /(?:file)?name=[^\r\n;]*/gi, random, () => `filename=${words(random)}`),
  (mail, random) =>
    wrapped(mail, random.pick(['multipart/mixed', 'multipart/alternative', 'multipart/digest']), 1 + random.below(3)),
  (mail, random) => (random.oneIn(4) ? wrapped(mail, 'multipart/mixed', 40 + random.below(200)) : attached(mail)),
  (mail, _, other) => `${mail}\r\n--b\r\n${other}\r\n--b--\r\n`,
  // Anywhere.
  (mail, random, other) => mail.slice(0, random.below(mail.length)) + other.slice(random.below(other.length)),
  (mail, random) => mail.slice(0, random.below(mail.length)),
  (mail, random) => atLine(mail, random, `${random.pick(LINES)}\r\n`),
  (mail, random) =>
    atLine(mail, random, `${random.pick(LINES)}\r\n`.repeat(1 + random.below(random.oneIn(5) ? 5000 : 20))),
  (mail, random) => atByte(mail, random, words(random)),
  (mail, random) =>
    atByte(mail, random, String.fromCharCode(random.below(256)).repeat(1 + random.below(random.oneIn(9) ? 20_000 : 4))),
  (mail, random) => {
    const start = random.below(mail.length);
    const piece = mail.slice(start, start + random.below(2000));
    return mail.slice(0, start) + piece.repeat(1 + random.below(30)) + mail.slice(start);
  },
  (mail) => mail.replaceAll('\r\n', '\n'),
  (mail) => mail.replaceAll('\r\n', '\r'),
  (mail, random) =>
    mail.replace(/\r\n/g, () => (random.oneIn(4) ? random.pick(['\n', '\r', '\r\r\n', '\n\r', '']) : '\r\n')),
  (mail, random) =>
    mail.replace(/[aeiou]/g, (letter) => (random.oneIn(20) ? String.fromCharCode(128 + random.below(128)) : letter)),
];

/** One to eight mutations of `mail`; `other` is another mail to take parts from. */
export function mutateMail(mail: string, other: string, random: Random): Buffer {
  let mutated = mail;
  const count = 1 + random.below(8);
  for (let done = 0; done < count; done += 1) {
    const next = random.pick(MUTATIONS)(mutated === '' ? 'x' : mutated, random, other);
    mutated = next.slice(0, MAX_BYTES);
  }
  return Buffer.from(mutated, 'latin1');
}

function words(random: Random): string {
  return Array.from({ length: 1 + random.below(4) }, () => random.pick(WORDS)).join(
    random.pick([' ', '', '\r\n ', ';', ',']),
  );
}

function inHeader(mail: string, change: (lines: readonly string[]) => readonly string[]): string {
  const end = mail.search(/\r?\n\r?\n/);
  const header = end < 0 ? mail : mail.slice(0, end);
  return change(header.split(/\r?\n/)).join('\r\n') + (end < 0 ? '' : mail.slice(end));
}

function insert(lines: readonly string[], random: Random, line: string): string[] {
  const at = random.below(lines.length + 1);
  return [...lines.slice(0, at), line, ...lines.slice(at)];
}

function replaceOne(mail: string, pattern: RegExp, random: Random, by: () => string): string {
  const found = [...mail.matchAll(pattern)];
  if (found.length === 0) return mail;
  const chosen = random.pick(found);
  return mail.slice(0, chosen.index) + by() + mail.slice(chosen.index + chosen[0].length);
}

function wrapped(mail: string, type: string, depth: number): string {
  let result = mail;
  for (let level = 0; level < depth; level += 1) {
    const boundary = `w${level}`;
    result = `From: ana@empresa.com\r\nContent-Type: ${type}; boundary=${boundary}\r\n\r\n--${boundary}\r\n${result}\r\n--${boundary}--\r\n`;
  }
  return result;
}

function attached(mail: string): string {
  return `From: ana@empresa.com\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\n\r\nHola\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n${mail}\r\n--f--\r\n`;
}

function atByte(mail: string, random: Random, piece: string): string {
  const at = random.below(mail.length + 1);
  return mail.slice(0, at) + piece + mail.slice(at);
}

function atLine(mail: string, random: Random, piece: string): string {
  const start = mail.indexOf('\n', random.below(mail.length));
  return mail.slice(0, start + 1) + piece + mail.slice(start + 1);
}
