import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeQuotedPrintable } from '../../src/mail/quoted-printable.ts';

/** Decoded by another program than the one under test: plain RFC 2045. */
function decode(encoded: string): string {
  const joined = encoded.replace(/=\r\n/g, '');
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

it.each([
  ['plain', 'Hola\n', 'Hola\r\n'],
  ['an accent', 'está', 'est=C3=A1'],
  ['an equals sign', 'a=b', 'a=3Db'],
  ['a space at the end of a line', 'a \nb', 'a=20\r\nb'],
  ['a tab at the very end', 'a\t', 'a=09'],
  ['CRLF as it is', 'a\r\nb', 'a\r\nb'],
  ['a lone CR as a byte', 'a\rb', 'a=0Db'],
  ['a line of exactly 76', 'x'.repeat(76), 'x'.repeat(76)],
  ['a longer line in two', 'x'.repeat(77), `${'x'.repeat(75)}=\r\nxx`],
  ['no sequence cut in two', `${'x'.repeat(74)}á`, `${'x'.repeat(74)}=\r\n=C3=A1`],
  ['nothing', '', ''],
])('encodes %s', (_, text, encoded) => {
  expect(encodeQuotedPrintable(text).toString('latin1')).toBe(encoded);
});

it('any text comes back as it was, in short lines of printable ASCII that hold no boundary', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      const encoded = encodeQuotedPrintable(text).toString('latin1');
      const lines = text.replace(/\r\n|\n/g, '\r\n');
      expect(decode(encoded)).toBe(Buffer.from(lines).toString());
      expect(encoded).not.toContain('=_');
      for (const line of encoded.split('\r\n')) expect(line).toMatch(/^[\t\x20-\x7e]{0,76}$/);
    }),
  );
});

it('takes no more than a few times its text, however bad that is', () => {
  expect(encodeQuotedPrintable('\u0000'.repeat(100_000)).length).toBeLessThan(400_000);
  expect(encodeQuotedPrintable('\n'.repeat(100_000)).length).toBe(200_000);
});
