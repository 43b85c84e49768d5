/** The mbox format: what Python's, mutt's and Dovecot's readers take, and what can be read back without loss. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mboxEntry } from '../../src/mail/mbox.ts';

const AT = Date.UTC(2026, 10, 2, 9, 5, 7);
const entry = (mail: string, sender = 'ana@empresa.com') =>
  mboxEntry({ sender, at: AT, bytes: Buffer.from(mail, 'latin1') }).toString('latin1');

describe('one entry', () => {
  it.each([
    ['begins with sender and time in UTC', 'A: b\r\n\r\nhola\r\n', 'A: b\n\nhola\n\n'],
    ['ends with an empty line though the mail does not end its last', 'A: b\r\n\r\nhola', 'A: b\n\nhola\n\n'],
    ['quotes From lines', '\r\nFrom me\r\n>From you\r\n>>From all\r\n', '\n>From me\n>>From you\n>>>From all\n\n'],
    ['leaves other lines', 'From: x\r\n\r\n From me\r\nfrom me\r\n', 'From: x\n\n From me\nfrom me\n\n'],
    ['keeps every byte', 'ñ\u00ff\u0000\r\n', 'ñ\u00ff\u0000\n\n'],
  ])('%s', (_, mail, lines) => {
    expect(entry(mail)).toBe(`From ana@empresa.com Mon Nov  2 09:05:07 2026\n${lines}`);
  });

  it.each([
    ['', 'MAILER-DAEMON'],
    ['"a b"@x.com', '"a_b"@x.com'],
    ['ñ\n@x.com', '_@x.com'],
  ])('writes the sender %j as one word', (sender, shown) => {
    expect(entry('A: b\r\n', sender).split('\n')[0]).toBe(`From ${shown} Mon Nov  2 09:05:07 2026`);
  });
});

it('can be taken apart again, whatever the mails say', () => {
  const line = fc.constantFrom('From x', '>From y', '>>From ', 'hola', '', 'From', '>');
  fc.assert(
    fc.property(fc.array(fc.array(line, { minLength: 1 }), { minLength: 1 }), (mails) => {
      const whole = mails.map((lines) => entry(lines.map((one) => `${one}\r\n`).join(''))).join('');
      const parts = whole.split(/^From .*\n/m).slice(1);
      const back = parts.map((part) => part.slice(0, -1).replace(/^>(>*From )/gm, '$1'));
      expect(back).toEqual(mails.map((lines) => lines.map((one) => `${one}\n`).join('')));
    }),
  );
});
