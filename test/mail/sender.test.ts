/** The strict From rule: one header, one mailbox, no group, and no display name that becomes an address. */
import { describe, expect, it } from 'vitest';
import { readHeaderLines } from '../../src/mail/header-lines.ts';
import { readSender, type Sender, type UnclearFrom } from '../../src/mail/sender.ts';
import { fastest } from '../support/fastest.ts';

function senderOf(from: string | readonly string[], encoding: BufferEncoding = 'utf8'): Sender {
  const lines = (typeof from === 'string' ? [from] : from).map((body) => `From: ${body}\r\n`);
  return readSender(readHeaderLines(Buffer.from(`${lines.join('')}Subject: x\r\n\r\n`, encoding)).lines);
}

const word = (text: string) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

/** What stands in the header, the address it identifies, the name that is shown. */
const CLEAR: readonly (readonly [string, string, string])[] = [
  ['ana@empresa.com', 'ana@empresa.com', ''],
  ['<ana@empresa.com>', 'ana@empresa.com', ''],
  ['Ana <ana@empresa.com>', 'ana@empresa.com', 'Ana'],
  ['"Ana Pérez" <ana@empresa.com>', 'ana@empresa.com', 'Ana Pérez'],
  ['"Pérez, Ana" <ana@empresa.com>', 'ana@empresa.com', 'Pérez, Ana'],
  ['"Ana \\"la jefa\\"" <ana@empresa.com>', 'ana@empresa.com', 'Ana "la jefa"'],
  [`${word('Ana Pérez')} <ana@empresa.com>`, 'ana@empresa.com', 'Ana Pérez'],
  ['Ana <ana@empresa.com>,', 'ana@empresa.com', 'Ana'],
  ['ANA@Empresa.COM', 'ana@empresa.com', ''],
  ['ana+web@empresa.com', 'ana+web@empresa.com', ''],
  ['ana@empresa.com.', 'ana@empresa.com', ''],
  ['"ana"@empresa.com', 'ana@empresa.com', ''],
  ['"ana perez"@empresa.com', '"ana perez"@empresa.com', ''],
  ['"a@b.com"@empresa.com', '"a@b.com"@empresa.com', ''],
  // Comments around the address are comments.
  ['(la jefa) ana@empresa.com', 'ana@empresa.com', 'la jefa'],
  ['ana@empresa.com (Ana Pérez)', 'ana@empresa.com', 'Ana Pérez'],
  ['Ana (la jefa) <ana@empresa.com>', 'ana@empresa.com', 'Ana'],
  ['Ana <ana@empresa.com> (en Madrid)', 'ana@empresa.com', 'Ana'],
  ['ana@empresa.com (<victima@x.com>, (otro@x.com))', 'ana@empresa.com', '<victima@x.com>, (otro@x.com)'],
  // Folding is white space.
  ['Ana\r\n Pérez\r\n\t<ana@empresa.com>', 'ana@empresa.com', 'Ana Pérez'],
  // A name that looks like an address stays a name.
  ['"victima@x.com" <yo@y.com>', 'yo@y.com', 'victima@x.com'],
  ['victima@x.com <yo@y.com>', 'yo@y.com', 'victima@x.com'],
  ['"<victima@x.com>" <yo@y.com>', 'yo@y.com', '<victima@x.com>'],
  ['"Victima <victima@x.com>,\r\n victima@x.com" <yo@y.com>', 'yo@y.com', 'Victima <victima@x.com>, victima@x.com'],
  [`${word('victima@x.com <victima@x.com>')} <yo@y.com>`, 'yo@y.com', 'victima@x.com <victima@x.com>'],
  [`${word('victima@x.com')} <yo@y.com>`, 'yo@y.com', 'victima@x.com'],
  [`${word('a\r\nBcc: victima@x.com')} <yo@y.com>`, 'yo@y.com', 'a  Bcc: victima@x.com'],
  [`"${word('victima@x.com')}" <yo@y.com>`, 'yo@y.com', 'victima@x.com'],
  [`ana@empresa.com (${word('Ana Pérez')})`, 'ana@empresa.com', 'Ana Pérez'],
  // One domain has one form.
  ['ana@españa.example', 'ana@xn--espaa-rta.example', ''],
  ['ana@ESPAÑA.example', 'ana@xn--espaa-rta.example', ''],
  ['ana@espan\u0303a.example', 'ana@xn--espaa-rta.example', ''],
  ['ana@xn--espaa-rta.example', 'ana@xn--espaa-rta.example', ''],
  ['ana@XN--ESPAA-RTA.Example', 'ana@xn--espaa-rta.example', ''],
  ['josé@empresa.com', 'josé@empresa.com', ''],
  ['jose\u0301@empresa.com', 'josé@empresa.com', ''],
];

const UNCLEAR: readonly (readonly [string, string | readonly string[], UnclearFrom])[] = [
  ['no From header', [], 'no-from-header'],
  ['two From headers', ['ana@empresa.com', 'otro@x.com'], 'several-from-headers'],
  ['the same From header twice', ['ana@empresa.com', 'ana@empresa.com'], 'several-from-headers'],
  ['a list', 'ana@empresa.com, bea@empresa.com', 'several-addresses'],
  ['a list with names', 'Ana <ana@empresa.com>, Bea <bea@empresa.com>', 'several-addresses'],
  ['an unquoted comma in the name', 'Perez, Ana <ana@empresa.com>', 'not-an-address'],
  ['a group', 'Equipo: ana@empresa.com;', 'group'],
  ['a group of two', 'Equipo: ana@empresa.com, bea@empresa.com;', 'group'],
  ['an empty group', 'undisclosed-recipients:;', 'group'],
  ['a group without its end', 'Equipo: ana@empresa.com', 'group'],
  ['a semicolon', 'ana@empresa.com; bea@empresa.com', 'group'],
  ['nothing', '', 'not-an-address'],
  ['empty brackets', '<>', 'not-an-address'],
  ['a name only', 'MAILER-DAEMON', 'not-an-address'],
  ['no local part', '@empresa.com', 'not-an-address'],
  ['no domain', 'ana@', 'not-an-address'],
  ['two addresses in brackets', '<victima@x.com> <yo@y.com>', 'not-an-address'],
  ['brackets in brackets', '<victima@x.com<yo@y.com>>', 'not-an-address'],
  ['text behind the brackets', '<ana@empresa.com> Ana', 'not-an-address'],
  ['brackets without end', 'Ana <ana@empresa.com', 'not-an-address'],
  ['brackets without start', 'Ana ana@empresa.com>', 'not-an-address'],
  ['a quote without end', '"Ana <ana@empresa.com>', 'not-an-address'],
  ['a comment without end', 'ana@empresa.com (Ana', 'not-an-address'],
  ['an address in quotes only', '"ana@empresa.com"', 'not-an-address'],
  ['a name before a bare address', '"Ana" ana@empresa.com', 'not-an-address'],
  ['a comment in the local part', 'ana(x)@empresa.com', 'not-an-address'],
  ['a comment in the domain', 'ana@empresa(x).com', 'not-an-address'],
  ['a comment behind the @', 'ana@(x)empresa.com', 'not-an-address'],
  ['blanks around the @', 'ana @ empresa.com', 'not-an-address'],
  ['a route', '<@relay.example:ana@empresa.com>', 'not-an-address'],
  ['two @', 'ana@empresa.com@x.com', 'not-an-address'],
  ['a domain literal', 'ana@[127.0.0.1]', 'not-an-address'],
  ['an IPv6 literal', 'ana@[IPv6:::1]', 'group'],
  ['a path behind the domain', 'ana@empresa.com/x', 'not-an-address'],
  ['a query behind the domain', 'ana@empresa.com?x.evil.com', 'not-an-address'],
  ['a fragment behind the domain', 'ana@empresa.com#x.evil.com', 'not-an-address'],
  ['a port behind the domain', 'ana@empresa.com:25', 'group'],
  ['a backslash in the domain', 'ana@empresa.com\\.evil.com', 'not-an-address'],
  ['percent-encoding in the domain', 'ana@empresa%2ecom', 'not-an-address'],
  ['a slash in a Unicode domain', 'ana@españa.example/x', 'not-an-address'],
  ['a Unicode slash in the domain', 'ana@empresa.com\u2100x.com', 'not-an-address'],
  ['an empty label', 'ana@empresa..com', 'not-an-address'],
  ['a hyphen before a label', 'ana@-empresa.com', 'not-an-address'],
  ['an A-label of nothing', 'ana@xn--.com', 'not-an-address'],
  ['an A-label of ASCII', 'ana@xn--empresa-.com', 'not-an-address'],
  ['an encoded word that is the address', word('ana@empresa.com'), 'not-an-address'],
  ['an encoded word with name and address', word('Ana <ana@empresa.com>'), 'not-an-address'],
  ['a raw encoded word around the address', '=?utf-8?Q?Ana_<ana@empresa.com>?=', 'not-an-address'],
  ['an encoded word as local part', `${word('ana')}@empresa.com`, 'not-an-address'],
  ['an encoded word in brackets', `Ana <${word('ana@empresa.com')}>`, 'not-an-address'],
  ['NUL in the address', 'ana@empresa.com\0.evil.com', 'not-an-address'],
  ['NUL in the name', 'An\0a <ana@empresa.com>', 'not-an-address'],
  ['an escape character', '\u001b[2Jana@empresa.com', 'not-an-address'],
  ['a label of 64 characters', `ana@${'a'.repeat(64)}.com`, 'not-an-address'],
  ['a local part of 65 characters', `${'a'.repeat(65)}@empresa.com`, 'not-an-address'],
  ['a domain of 300 characters', `ana@${'a.'.repeat(150)}com`, 'not-an-address'],
];

/** Look like `ana@empresa.com` and are somebody else. */
const LOOK_ALIKES: readonly (readonly [string, string])[] = [
  ['a Cyrillic e in the domain', 'ana@\u0435mpresa.com'],
  ['a Cyrillic a in the local part', '\u0430na@empresa.com'],
  ['a zero-width space in the local part', 'ana\u200b@empresa.com'],
  ['a soft hyphen in the local part', 'an\u00ada@empresa.com'],
  ['a soft hyphen in the domain', 'ana@empre\u00adsa.com'],
  ['a bidi control', 'ana@empresa.com\u202e'],
  ['an accent in the domain', 'ana@emprésa.com'],
  ['a dotless i', 'ana@empr\u0131sa.com'],
  ['a hyphen more', 'ana@em-presa.com'],
  ['a longer domain', 'ana@empresa.com.mx'],
  ['a sub-domain', 'ana@correo.empresa.com'],
];

/** Each must be over within a second, with any answer that is no address. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['100,000 commas', ','.repeat(100_000)],
  ['1 MB of opening brackets', '('.repeat(1_000_000)],
  ['100,000 comments', `a${'()'.repeat(100_000)}`],
  ['100,000 nested comments', `${'('.repeat(100_000)}${')'.repeat(100_000)}`],
  ['1 MB of angle brackets', '<'.repeat(1_000_000)],
  ['1 MB of quotes', '"'.repeat(1_000_000)],
  ['1 MB of backslashes', '\\'.repeat(1_000_000)],
  ['1 MB of colons', 'a:'.repeat(500_000)],
  ['100,000 addresses', 'a@b.com,'.repeat(100_000)],
  ['100,000 encoded words', '=?utf-8?Q?a?= '.repeat(20_000)],
  ['1 MB of @', '@'.repeat(1_000_000)],
  ['100,000 folds', '\r\n '.repeat(100_000)],
];

describe('the sender of a mail', () => {
  it.each(CLEAR)('is clear in %j', (from, address, name) => {
    expect(senderOf(from)).toEqual({ clear: true, address, name });
  });

  it.each(UNCLEAR)('is not clear with %s', (_, from, why) => {
    expect(senderOf(from)).toMatchObject({ clear: false, why });
  });

  it.each(LOOK_ALIKES)('is not somebody else who looks like it: %s', (_, from) => {
    const sender = senderOf(`Ana <${from}>`);
    expect(sender.clear && sender.address).not.toBe('ana@empresa.com');
  });

  it('shows a name in raw latin-1 bytes with its accents', () => {
    expect(senderOf('José Núñez <jose@empresa.com>', 'latin1')).toMatchObject({ name: 'José Núñez' });
  });

  it('is not read from Reply-To or Sender', () => {
    const head = 'Sender: ana@empresa.com\r\nReply-To: ana@empresa.com\r\n\r\n';
    expect(readSender(readHeaderLines(Buffer.from(head)).lines)).toMatchObject({ why: 'no-from-header' });
  });

  it.each(['FROM: otro@x.com', 'from : otro@x.com', 'From:otro@x.com'])('is not clear with a second %j', (second) => {
    const head = `From: ana@empresa.com\r\n${second}\r\n\r\n`;
    expect(readSender(readHeaderLines(Buffer.from(head)).lines)).toMatchObject({ why: 'several-from-headers' });
  });

  it('has a display name of one bounded line', () => {
    const sender = senderOf(`${word('x\u2028\r\n'.repeat(20))}${'y'.repeat(2000)} <ana@empresa.com>`);
    expect(sender).toMatchObject({ clear: true, address: 'ana@empresa.com' });
    const name = sender.clear ? sender.name : '';
    expect(name).toHaveLength(200);
    expect(name).not.toMatch(/[\r\n\u2028]/);
  });

  it.each(HOSTILE)('takes less than a second with %s', (_, from) => {
    const lines = [{ name: 'from', raw: from }];
    expect(readSender(lines).clear).toBe(false);
    expect(fastest(() => readSender(lines))).toBeLessThan(1000);
  });
});
