/** SMTP dialogues that go wrong in every way: as steps, so that one that found something can be played again. */
import type { Random } from './random.ts';

export type Step =
  /** Bytes as latin1. */
  | { readonly write: string }
  /** Milliseconds. */
  | { readonly pause: number }
  /** Until a reply has come, or the connection is gone, or nothing comes for a while. */
  | { readonly wait: true }
  /** `end`: half-closes. `tls`: a real handshake; what follows is encrypted. */
  | { readonly act: 'end' | 'reset' | 'tls' };

const SENDERS = ['<ana@laespiga.example>', '<>', '<luis@laespiga.example> SIZE=1000', '<x@nobody.example> SMTPUTF8'];
const RECIPIENTS = [
  '<soporte@example.com>',
  '<ventas@example.com>',
  '<postmaster>',
  '<nadie@example.com>',
  '<x@gmail.example>',
];
const ODD_LINES = [
  'BDAT 10 LAST\r\n0123456789',
  'BDAT 99999999999999999999',
  'VRFY ana',
  'EXPN soporte',
  'HELP',
  'AUTH PLAIN AGEAYg==',
  'XCLIENT ADDR=127.0.0.1',
  'XFORWARD NAME=x',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 2',
  'ETRN x',
  'TURN',
  'STARTTLS now',
  'STARTTLS',
  'WIZ',
  'GET / HTTP/1.1',
  'HELO',
  'HELO x y z',
  'EHLO [IPv6:::1]',
  'LHLO x',
  'MAIL FROM:',
  'MAIL FROM:<',
  'MAIL FROM:<a@b.example> SIZE=99999999999999999999999',
  'MAIL FROM:<a@b.example> SIZE=-1 BODY=8BITMIME BODY=7BIT',
  'MAIL FROM:<a@b.example> AUTH=<> RET=FULL ENVID=+00+0A+0D X=Y',
  'MAIL FROM:<@a,@b:c@d.example>',
  'MAIL FROM:<"a\\"b@c"@d.example>',
  'RCPT TO:<@a:soporte@example.com>',
  'RCPT TO:<soporte@example.com> NOTIFY=NEVER,SUCCESS ORCPT=rfc822;x',
  'RCPT TO:<"soporte"@example.com>',
  'RCPT TO:<soporte@[127.0.0.1]>',
  `RCPT TO:<${'a'.repeat(300)}@example.com>`,
  `NOOP ${'x'.repeat(900)}`,
  `MAIL FROM:<${'a'.repeat(20_000)}@b.example>`,
  'x'.repeat(17_000),
  '\x00\x00\x00',
  '\xff\xfb\x01\xff\xf4',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '.',
  '',
  ' ',
  'DATA x',
  'QUIT x',
  'RSET x',
  'noop',
  'NOOP\tx',
];

/** Subjects name the mail, so that it can be looked for. */
function mailOf(subject: string, random: Random, mails: readonly string[]): string {
  const body = random.oneIn(3)
    ? random.pick(mails).slice(0, 15_000)
    : `Hola\r\n\r\n${'línea\r\n'.repeat(random.below(50))}`;
  const oversize = random.oneIn(12) ? `${'x'.repeat(70)}\r\n`.repeat(300 + random.below(800)) : '';
  return `From: ana@laespiga.example\r\nTo: soporte@example.com\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@fuzz.example>\r\n\r\n${body}\r\n${oversize}`;
}

function dotStuffed(mail: string): string {
  return mail.replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
}

/** What an ordinary client would say, line by line; a mail with its end is one line here. */
function ordinary(name: string, random: Random, mails: readonly string[]): string[] {
  const lines = [`EHLO ${random.pick(['client.example', '[127.0.0.1]', 'x'])}`];
  const count = random.below(3);
  for (let mail = 0; mail <= count; mail += 1) {
    lines.push(`MAIL FROM:${random.pick(SENDERS)}`);
    for (let recipient = random.below(3); recipient >= 0; recipient -= 1)
      lines.push(`RCPT TO:${random.pick(RECIPIENTS)}`);
    lines.push('DATA', `${dotStuffed(mailOf(`${name}-${mail}`, random, mails))}.`);
  }
  lines.push('QUIT');
  return lines;
}

function mutated(lines: readonly string[], random: Random): string[] {
  const result = [...lines];
  for (let count = random.below(6); count > 0; count -= 1) {
    const at = random.below(result.length);
    const line = result[at] ?? '';
    const byte = random.below(line.length + 1);
    switch (random.below(8)) {
      case 0:
        result.splice(at, 1);
        break;
      case 1:
        result.splice(at, 0, line);
        break;
      case 2:
        result.splice(at, 0, random.pick(result));
        break;
      case 3:
        result[at] = line.slice(0, byte) + String.fromCharCode(random.below(256)) + line.slice(byte + random.below(3));
        break;
      case 4:
        result[at] = line.slice(0, byte);
        break;
      case 5:
        result.splice(
          at,
          0,
          ...Array.from({ length: random.below(150) }, () => random.pick(['NOOP', 'RSET', 'EHLO x'])),
        );
        break;
      default:
        result.splice(at, 0, random.pick(ODD_LINES));
    }
    if (result.length === 0) result.push('NOOP');
  }
  return result;
}

export function makeDialogue(name: string, random: Random, mails: readonly string[]): Step[] {
  const lines = mutated(ordinary(name, random, mails), random);
  const lineEnd = random.oneIn(10) ? random.pick(['\n', '\r', '\r\r\n', '\r\n.\r\n', '']) : '\r\n';
  const steps: Step[] = random.oneIn(15) ? [] : [{ wait: true }];
  const polite = random.oneIn(2);
  const tlsAfter = random.oneIn(6) ? random.below(lines.length) : -1;
  let pipelined = '';
  for (const [index, line] of lines.entries()) {
    const bytes = `${line}${lineEnd}`;
    if (index === tlsAfter) {
      steps.push(...split(pipelined, random), { write: 'STARTTLS\r\n' }, { wait: true });
      pipelined = '';
      if (!random.oneIn(3)) steps.push({ act: 'tls' });
    }
    if (polite) steps.push(...split(bytes, random), { wait: true });
    else pipelined += bytes;
    if (random.oneIn(60)) {
      steps.push(...split(pipelined, random), { act: random.pick(['end', 'reset'] as const) });
      return steps;
    }
  }
  steps.push(...split(pipelined, random), { wait: true });
  if (random.oneIn(4)) steps.push({ act: random.pick(['end', 'reset'] as const) });
  return steps;
}

/** Cut at any byte, as packets may be. */
function split(bytes: string, random: Random): Step[] {
  if (bytes === '') return [];
  const steps: Step[] = [];
  let rest = bytes;
  for (let cuts = random.oneIn(3) ? random.below(6) : 0; cuts > 0 && rest.length > 1; cuts -= 1) {
    const at = 1 + random.below(rest.length - 1);
    steps.push({ write: rest.slice(0, at) }, { pause: random.below(3) });
    rest = rest.slice(at);
  }
  return [...steps, { write: rest }];
}
