import { describe, expect, it } from 'vitest';
import { decodeWords } from '../../src/mail/encoded-words.ts';
import {
  firstHeader,
  headerText,
  MAX_HEADER_BYTES,
  rawHeaders,
  readHeaderLines,
  unfold,
} from '../../src/mail/header-lines.ts';
import { fastest } from '../support/fastest.ts';

const read = (mail: string) => readHeaderLines(Buffer.from(mail, 'latin1'));

describe('a header block', () => {
  it.each<[string, string, readonly string[], string]>([
    ['with CRLF', 'A: 1\r\nB: 2\r\n\r\nbody', ['a', 'b'], 'body'],
    ['with LF only', 'A: 1\nB: 2\n\nbody', ['a', 'b'], 'body'],
    ['without a body', 'A: 1\r\nB: 2\r\n', ['a', 'b'], ''],
    ['without a last line end', 'A: 1\r\nB: 2', ['a', 'b'], ''],
    ['of nothing', '', [], ''],
    ['that is empty', '\r\nbody', [], 'body'],
    ['with a fold', 'A: 1\r\n 2\r\nB: 3\r\n\r\nbody', ['a', 'b'], 'body'],
    ['behind an mbox line', 'From a@b Mon\r\nA: 1\r\n\r\nbody', ['a'], 'body'],
    ['behind a quoted mbox line', '>From a@b Mon\r\nA: 1\r\n\r\nbody', ['a'], 'body'],
    ['with a blank before the colon', 'A : 1\r\nB\t: 2\r\n\r\nbody', ['a', 'b'], 'body'],
    ['with the same field twice', 'A: 1\r\na: 2\r\n\r\nbody', ['a', 'a'], 'body'],
    ['with a colon in the body', 'A: 1\r\n\r\nB: 2', ['a'], 'B: 2'],
  ])('%s is split off', (_, mail, names, body) => {
    const block = read(mail);
    expect(block.lines.map(({ name }) => name)).toEqual(names);
    expect(mail.slice(block.bodyOffset)).toBe(body);
    expect(block).toMatchObject({ malformed: 0, truncated: false, missing: false });
  });

  it('counts lines that are no header and goes on', () => {
    const block = read('A: 1\r\nnada\r\ncon blanco: x\r\nB: 2\r\n\r\n');
    expect(block.lines.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(block.malformed).toBe(2);
  });

  it.each(['Hola a todos\r\nA: 1\r\n\r\n', 'Ho la: a\u00f1o', ': x\r\n', 'año: x\r\n'])(
    'is missing where the first line is none: %j',
    (mail) => {
      expect(read(mail)).toMatchObject({ missing: true, lines: [], bodyOffset: 0 });
    },
  );

  it('is cut at its limit', () => {
    const block = read(`A: ${'x'.repeat(2 * MAX_HEADER_BYTES)}\r\nB: 2\r\n\r\nbody`);
    expect(block.truncated).toBe(true);
    expect(block.lines).toHaveLength(1);
  });

  it.each(['a:\r\n', 'a\r\n', '\r', ' \r\n', 'a', ':'])('takes linear time for 1 MB of %j', (unit) => {
    const mail = Buffer.from(`A: 1\r\n${unit.repeat(1_000_000 / unit.length)}`);
    expect(fastest(() => readHeaderLines(mail))).toBeLessThan(500);
  });
});

describe('a field', () => {
  const { lines } = read('Subject: uno\r\n dos\r\nX: a\r\nsubject: tres\r\n\r\n');

  it('is found by name, in order, folded or not', () => {
    expect(rawHeaders(lines, 'subject')).toEqual([' uno\r\n dos', ' tres']);
    expect(firstHeader(lines, 'subject')).toBe('uno dos');
    expect(firstHeader(lines, 'cc')).toBeNull();
  });

  it.each([
    [' a\r\n b', 'a b'],
    [' a\n\tb', 'a\tb'],
    ['a\r\n \r\n b', 'a  b'],
    ['', ''],
  ])('is unfolded: %j', (raw, value) => {
    expect(unfold(raw)).toBe(value);
  });
});

describe('header text', () => {
  it.each([
    ['=?utf-8?Q?Ma=C3=B1ana?=', 'Mañana'],
    ['=?UTF-8?b?TWHDsWFuYQ==?=', 'Mañana'],
    ['=?iso-8859-1?q?Ma=F1ana?= y =?utf-8?q?m=C3=A1s?=', 'Mañana y más'],
    ['=?utf-8?Q?Ma=C3?= =?utf-8?Q?=B1ana?=', 'Mañana'],
    ['=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=', 'ab'],
    ['=?windows-1252?Q?20_=80?=', '20 €'],
    ['=?utf-8*es?Q?a=C3=B1o?=', 'año'],
    ['=?utf-8?Q?a', '=?utf-8?Q?a'],
    ['=? no ?=', '=? no ?='],
    ['100 % = todo', '100 % = todo'],
    ['\u00c3\u00b1 en UTF-8', 'ñ en UTF-8'],
    ['\u00f1 en latin-1', 'ñ en latin-1'],
    ['a\u0000b\u0007c', 'a b c'],
    ['=?utf-8?Q?a=0D=0ABcc:_x@y.com?=', 'a  Bcc: x@y.com'],
    ['=?utf-8?Q?a=E2=80=A8b?=', 'a b'],
  ])('%j reads %j', (raw, text) => {
    expect(headerText(raw)).toBe(text);
  });

  it.each(['=?', '=?utf-8?B?', '=?utf-8?Q?=C3?=', '=?utf-8?Q? ?', '?='])('of 1 MB of %j takes no time', (unit) => {
    const raw = unit.repeat(Math.ceil(1_000_000 / unit.length));
    expect(fastest(() => decodeWords(raw))).toBeLessThan(500);
    expect(fastest(() => decodeWords(raw.slice(0, 60_000)))).toBeLessThan(500);
  });
});
