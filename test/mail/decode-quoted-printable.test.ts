import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeQuotedPrintable, QuotedPrintableDecoder } from '../../src/mail/decode-quoted-printable.ts';
import { encodeQuotedPrintable } from '../../src/mail/quoted-printable.ts';

const decode = (text: string) => decodeQuotedPrintable(Buffer.from(text, 'latin1')).toString('latin1');

describe('quoted-printable', () => {
  it.each([
    ['plain text', 'Hola\r\n', 'Hola\r\n'],
    ['octets', 'est=C3=A1', 'est\u00c3\u00a1'],
    ['octets in small letters', 'est=c3=a1', 'est\u00c3\u00a1'],
    ['a line that goes on', 'a=\r\nb', 'ab'],
    ['a line that goes on, with a bare line feed', 'a=\nb', 'ab'],
    ['a soft break with blanks behind it', 'a= \t\r\nb', 'ab'],
    ['a soft break at the very end', 'a=', 'a'],
    ['an octet cut by a soft break', '=4=\r\n1', 'A'],
    ['blanks at the ends of lines, which were added on the way', 'a \t\r\nb \n\t\r\nc ', 'a\r\nb\n\r\nc'],
    ['a blank that is meant', 'a=20\r\nb', 'a \r\nb'],
    ['blanks inside a line', 'a  b\tc', 'a  b\tc'],
    ['what is no octet', '=G1 =4 =4Z = ==41', '=G1 =4 =4Z = =A'],
    ['raw bytes', 'ma\u00f1ana', 'ma\u00f1ana'],
    ['a carriage return in the middle', 'a \rb', 'a\rb'],
    ['nothing', '', ''],
  ])('reads %s', (_, encoded, text) => {
    expect(decode(encoded)).toBe(text);
  });

  it('gives back every text that is encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const lines = text.replace(/\r\n|\n/g, '\r\n');
        expect(decodeQuotedPrintable(encodeQuotedPrintable(text)).toString()).toBe(lines);
      }),
    );
  });

  it('is the same in pieces', async () => {
    const encoded = Buffer.from('est=C3=A1  \r\nma=\r\n=C3=B1ana ');
    for (let cut = 0; cut <= encoded.length; cut += 1) {
      const decoder = new QuotedPrintableDecoder();
      decoder.write(encoded.subarray(0, cut));
      decoder.end(encoded.subarray(cut));
      expect(Buffer.concat(await decoder.toArray()).toString()).toBe('está\r\nmañana');
    }
  });

  it.each([
    ['blanks before a letter', `${' '.repeat(1_000_000)}x`],
    ['equals signs', '='.repeat(1_000_000)],
    ['equals signs and blanks', '= '.repeat(500_000)],
    ['soft breaks', '=\r\n'.repeat(300_000)],
  ])('takes no longer for a megabyte of %s', (_, encoded) => {
    const bytes = Buffer.from(encoded);
    const before = process.cpuUsage();
    decodeQuotedPrintable(bytes);
    const { user, system } = process.cpuUsage(before);
    // A hundredth of that; in quadratic time it were minutes.
    expect((user + system) / 1000).toBeLessThan(500);
  });
});
