/** A text that is read alone, and what the parser of parts makes of the same mail: no difference may be seen. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHeaderLines } from '../../src/mail/header-lines.ts';
import { readMimeParts } from '../../src/mail/mime-parts.ts';
import { readSingleText } from '../../src/mail/single-text.ts';
import { findCases } from '../support/cases.ts';
import { corpus } from '../support/corpus.ts';

const RUNS = { seed: Number(process.env.FUZZ_SEED ?? 20_261_122), numRuns: Number(process.env.FUZZ_RUNS ?? 2000) };

const alone = (mail: Uint8Array) => readSingleText(mail, readHeaderLines(mail));

/** True when the mail was read alone, and then the same as part by part. */
async function readAlike(mail: Uint8Array): Promise<boolean> {
  const single = alone(mail);
  if (single === null) return false;
  const attached: unknown[] = [];
  const parts = await readMimeParts(Readable.from([mail], { objectMode: false }), async (head, content) => {
    attached.push(head);
    content.resume();
  });
  expect({ ...single, attached: [] }).toEqual({ ...parts, attached });
  return true;
}

async function countAlike(mails: readonly Uint8Array[]): Promise<number> {
  let count = 0;
  for (const mail of mails) if (await readAlike(mail)) count += 1;
  return count;
}

const mailOf = (fields: string, body: string) =>
  Buffer.from(`From: ana@empresa.example\r\n${fields}\r\n${body}`, 'latin1');
const BODY = 'Hola:\r\n\r\nLa p=E1gina no carga. \r\n> ayer s\u00ed \r\n> hoy no\r\n-- \r\nAna\u0000\r\n';

describe('a mail of one text is read alone', () => {
  it.each([
    ['nothing that describes it', ''],
    ['its charset', 'Content-Type: text/plain; charset=utf-8\r\n'],
    ['a charset in quotes', 'Content-Type: Text/Plain; CHARSET="ISO-8859-1";\r\n'],
    ['a charset of two bytes', 'Content-Type: text/plain; charset=utf-16le\r\n'],
    ['a charset that nobody knows', 'Content-Type: text/plain; charset=cp-nadie\r\n'],
    ['a folded field', 'Content-Type: text/plain;\r\n\tcharset=utf-8;\r\n format=flowed\r\n'],
    ['flowed lines', 'Content-Type: text/plain; format=flowed\r\n'],
    ['flowed lines without their blanks', 'Content-Type: text/plain; format=Flowed; DelSp=yes\r\n'],
    ['DelSp alone', 'Content-Type: text/plain; delsp=yes\r\n'],
    ['an encoding of nothing', 'Content-Transfer-Encoding: 8BIT\r\n'],
    ['quoted-printable', 'Content-Transfer-Encoding: Quoted-Printable\r\n'],
    ['other fields about the content', 'Content-Language: es\r\nContent-Length: 7\r\nContent-ID: <a@b>\r\n'],
  ])('with %s', async (_, fields) => {
    expect(await readAlike(mailOf(fields, BODY))).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['of line ends', '\r\n\r\n\n'],
    ['of half a surrogate pair in UTF-16', '\u0000\u00d8a\u0000'],
    ['with bare line ends', 'a\rb\nc\r\r\nd'],
    ['with a byte order mark', '\u00ef\u00bb\u00bfHola'],
    ['with lines like boundaries', '--\r\n--a\r\n--a--\r\n'],
    ['with a header of its own', '\r\nContent-Type: text/html\r\n\r\n<p>Hola'],
  ])('with a body %s', async (_, body) => {
    for (const fields of [
      '',
      'Content-Type: text/plain; charset=utf-16le\r\n',
      'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n',
    ])
      expect(await readAlike(mailOf(fields, body))).toBe(true);
  });

  it.each([
    ['HTML', 'Content-Type: text/html\r\n'],
    ['parts', 'Content-Type: multipart/mixed; boundary=a\r\n'],
    ['a boundary', 'Content-Type: text/plain; boundary=a\r\n'],
    ['a name', 'Content-Type: text/plain; name=a.txt\r\n'],
    ['a disposition', 'Content-Disposition: inline\r\n'],
    ['base64', 'Content-Transfer-Encoding: base64\r\n'],
    ['an encoding with a comment', 'Content-Transfer-Encoding: (base64) 8bit\r\n'],
    ['no type in its type', 'Content-Type: \r\n'],
    ['two types', 'Content-Type: text/plain\r\nContent-Type: text/html\r\n'],
    ['two encodings', 'Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: base64\r\n'],
    ['two charsets', 'Content-Type: text/plain; charset=a; charset=b\r\n'],
    ['a comment in its type', 'Content-Type: text/plain (texto)\r\n'],
    ['half a quoted charset', 'Content-Type: text/plain; charset="utf-8\r\n'],
    ['a semicolon in quotes', 'Content-Type: text/plain; charset="a;name=b"\r\n'],
    ['an escaped charset', 'Content-Type: text/plain; charset="utf\\-8"\r\n'],
    ["a charset in RFC 2231's way", "Content-Type: text/plain; charset*=us-ascii'en'utf-8\r\n"],
    ['a parameter without value', 'Content-Type: text/plain; charset\r\n'],
    ['a line that is no field', 'nada\r\n'],
  ])('not with %s', (_, fields) => {
    expect(alone(mailOf(fields, BODY))).toBeNull();
  });

  it('not without a blank line behind its header, and not when it is large', () => {
    expect(alone(Buffer.from('Subject: a\r\nX: b\r\n'))).toBeNull();
    expect(alone(Buffer.from('Hola, no header here'))).toBeNull();
    expect(alone(mailOf('', 'a'.repeat(65_536)))).toBeNull();
  });
});

describe('read alone and part by part are the same', () => {
  const cases = findCases('mail', 'message.eml').map(({ folder }) => readFileSync(join(folder, 'message.eml')));

  it('our own mails', async () => {
    expect(await countAlike(cases)).toBeGreaterThan(10);
  });

  it.skipIf(corpus === null)('the mails of other projects', { timeout: 60_000 }, async () => {
    const mails = readdirSync(corpus ?? '', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    expect(await countAlike(mails)).toBeGreaterThan(100);
  });

  it('whatever fields describe whatever bytes', async () => {
    const piece = fc.constantFrom(
      ...['text/plain', 'text/html', 'TEXT/PLAIN', ';', '; ', '=', '"', ' ', '\r\n ', '\t', '(', ')', '\\', '*'],
      ...[
        'charset',
        'charset=utf-8',
        'charset="latin1"',
        'format=flowed',
        'delsp=yes',
        'name=a',
        'boundary=b',
        '=?utf-8?q?a?=',
      ],
      ...['7bit', '8bit', 'binary', 'base64', 'quoted-printable', 'x', '\u00f1', '\u0000', ':', '\r'],
    );
    const value = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    const field = fc
      .tuple(
        fc.constantFrom('Content-Type', 'content-type ', 'Content-Transfer-Encoding', 'Content-Disposition', 'X'),
        value,
      )
      .map(([name, text]) => `${name}: ${text}\r\n`);
    const usual = fc.constantFrom(
      'Content-Type: text/plain; charset=utf-8\r\n',
      'Content-Type: text/plain; charset=iso-8859-1; format=flowed\r\n',
      'Content-Transfer-Encoding: quoted-printable\r\n',
    );
    const fields = fc.array(fc.oneof(field, usual), { maxLength: 3 }).map((all) => all.join(''));
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc
        .array(fc.constantFrom('Hola', '=C3=B1', '=', ' ', '\t', '\r\n', '\n', '\r', '> ', '\u00e1', '\u0000', '--'), {
          maxLength: 40,
        })
        .map((pieces) => pieces.join('')),
    );
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fields, body, async (head, text) => {
        if (await readAlike(mailOf(head, text))) compared += 1;
      }),
      RUNS,
    );
    expect(compared).toBeGreaterThan(RUNS.numRuns / 5);
  });
});
