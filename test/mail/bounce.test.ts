import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BounceReport, readBounce } from '../../src/mail/bounce.ts';
import { readHeaderLines } from '../../src/mail/header-lines.ts';
import { corpus } from '../support/corpus.ts';
import { fastest } from '../support/fastest.ts';
import { readCases } from './bounce.cases.ts';
import { corpusBounces, type ExpectedBounce } from './bounce.corpus.ts';

function read(start: Uint8Array, nullSender = false): BounceReport | null {
  return readBounce({ lines: readHeaderLines(start).lines, nullSender, start });
}

const DAEMON = 'From: MAILER-DAEMON@mx.example\nSubject: failure notice\n';
const REPORT = `${DAEMON}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n`;
const STATUS = '--b\nContent-Type: message/delivery-status\n\n';

const CASES = [...readCases('bounce.reports.txt'), ...readCases('bounce.notices.txt')];

describe('a report', () => {
  it.each(CASES)('is read: $name', ({ mail, recipients, original, nullSender }) => {
    const report = read(mail, nullSender);
    const found = report?.bounces.map(({ recipient, status, action }) => `${recipient} ${status} ${action}`);
    expect(found).toEqual(recipients);
    expect(report?.bounces[0]?.originalMessageId ?? null).toBe(original);
    expect(report?.evidence.length).toBeGreaterThan(0);
  });

  it.each(readCases('bounce.none.txt'))('is not seen in: $name', ({ mail, nullSender }) => {
    expect(read(mail, nullSender)).toBeNull();
  });

  it('says what the server said, in one bounded line', () => {
    const mail = `${DAEMON}\nwas not able to deliver\n<a@x.example>:\n550 5.1.1 \u0007${'x'.repeat(5000)}\n`;
    const diagnostic = read(Buffer.from(mail))?.bounces[0]?.diagnostic ?? '';
    expect(diagnostic.startsWith('550 5.1.1  xxx')).toBe(true);
    expect(diagnostic.length).toBe(500);
  });

  it('is not looked for behind 256 KB', () => {
    const mail = `From: a@x.example\nContent-Type: multipart/report; boundary=b\n\n${'x\n'.repeat(200_000)}${STATUS}`;
    expect(read(Buffer.from(`${mail}Final-Recipient: rfc822; a@x.example\nAction: failed\n--b--\n`))).toBeNull();
  });
});

/** Opens one more multipart inside the one before. */
function nested(level: number): string {
  return `--b${level || ''}\nContent-Type: multipart/mixed; boundary=b${level + 1}\n\n`;
}

const HOSTILE: readonly (readonly [string, string])[] = [
  ['one endless line', `${DAEMON}\n${'a'.repeat(300_000)}`],
  ['200,000 angle brackets', `${DAEMON}\n${'>'.repeat(200_000)}`],
  ['200,000 opening brackets', `${DAEMON}Content-Type: text/html\n\n${'<'.repeat(200_000)}`],
  ['tags without end', `${DAEMON}Content-Type: text/html\n\n${'<a '.repeat(80_000)}`],
  ['style elements without end', `${DAEMON}Content-Type: text/html\n\n${'<style></'.repeat(25_000)}`],
  ['ampersands', `${DAEMON}Content-Type: text/html\n\n${'&'.repeat(200_000)}`],
  ['200,000 at signs', `${DAEMON}\n${'@'.repeat(200_000)}`],
  ['at signs on lines of their own', `${DAEMON}\n${`${'a@b.example '.repeat(150)}\n`.repeat(140)}`],
  ['addresses only', `${DAEMON}\n${'<a@b.example>:\n'.repeat(17_000)}`],
  ['labels only', `${DAEMON}\n${'message to a@b.example 550 5.1.1\n'.repeat(8000)}`],
  ['blanks', `${DAEMON}\n${' '.repeat(250_000)}x`],
  ['blank lines', `${DAEMON}\n${'\n'.repeat(250_000)}`],
  ['codes only', `${DAEMON}\n${'550 5.1.1 '.repeat(25_000)}`],
  ['endless boundaries', `${REPORT}${'--b\n'.repeat(60_000)}`],
  ['parts without end', `${REPORT}${'--b\n\nx\n'.repeat(35_000)}`],
  ['almost boundaries', `${REPORT}${'--bb\n'.repeat(50_000)}`],
  ['multiparts in multiparts', `${REPORT}${Array.from({ length: 5000 }, (_, at) => nested(at)).join('')}`],
  ['messages in messages', `${REPORT}--b\n${'Content-Type: message/rfc822\n\n'.repeat(8000)}`],
  ['a part header without end', `${REPORT}--b\n${'X: y\n'.repeat(50_000)}`],
  ['groups of fields', `${REPORT}${STATUS}${'Action: failed\n\n'.repeat(16_000)}`],
  ['fields without blank lines', `${REPORT}${STATUS}${'Action: failed\n'.repeat(17_000)}`],
  ['recipients', `${REPORT}${STATUS}${'Final-Recipient: rfc822; a@b.example\n\n'.repeat(6500)}`],
  ['a recipient of comments', `${REPORT}${STATUS}Final-Recipient: ${'('.repeat(240_000)}`],
  ['a Message-ID without end', `${REPORT}--b\nContent-Type: message/rfc822\n\nMessage-ID: ${'<'.repeat(240_000)}`],
  ['Message-IDs in the text', `${DAEMON}\n${'Message-ID:\n'.repeat(20_000)}`],
  [
    'equals signs in quoted-printable',
    `${DAEMON}Content-Transfer-Encoding: quoted-printable\n\n${'='.repeat(250_000)}`,
  ],
  ['NUL bytes', `${DAEMON}\n${'\u0000'.repeat(250_000)}`],
  ['an odd charset', `${DAEMON}Content-Type: text/plain; charset=${'x'.repeat(1000)}\n\n\u00e1`],
  ['X-Failed-Recipients without end', `X-Failed-Recipients: ${'a@b.example,'.repeat(20_000)}\n\nx`],
  ['nothing', ''],
  ['a blank line', '\n'],
];

describe('hostile bytes', () => {
  it.each(HOSTILE)('are read at once: %s', (_name, mail) => {
    const start = Buffer.from(mail);
    const lines = readHeaderLines(start).lines;
    const report = readBounce({ lines, nullSender: true, start });
    expect(fastest(() => readBounce({ lines, nullSender: true, start }))).toBeLessThan(100);
    expect(report === null || report.bounces.length > 0).toBe(true);
    for (const bounce of report?.bounces ?? []) expect((bounce.diagnostic ?? '').length).toBeLessThanOrEqual(500);
  });

  it('never throw, cut anywhere or damaged', () => {
    let seed = 20260112;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (const { mail } of CASES) {
      for (let round = 0; round < 20; round += 1) {
        const bytes = Buffer.from(mail.subarray(0, 1 + random(mail.length)));
        for (let flip = 0; flip < 5; flip += 1) bytes[random(bytes.length)] = random(256);
        expect(() => read(bytes, round % 2 === 0)).not.toThrow();
      }
    }
  });
});

/** What a mail of the corpus asks, and whether it was answered; `null` where it does not ask. */
interface Judgement {
  readonly file: string;
  readonly known: boolean;
  readonly recipient: boolean | null;
  readonly status: boolean | null;
  readonly found: string;
}

function judge({ file, recipients, statusClass }: ExpectedBounce): Judgement {
  const bounces = read(readFileSync(join(corpus ?? '', file)))?.bounces ?? [];
  const addresses = bounces.map((bounce) => bounce.recipient);
  const named = recipients.every((recipient) => addresses.includes(recipient.toLowerCase()));
  const coded = bounces.some((bounce) => bounce.status?.charAt(0) === statusClass);
  return {
    file,
    known: bounces.length > 0,
    recipient: recipients.length === 0 ? null : named,
    status: statusClass === null ? null : coded,
    found: bounces.map(({ recipient, status }) => `${recipient} ${status}`).join(', '),
  };
}

/** Share of the questions answered right, and the same in words. */
function share(answers: readonly (boolean | null)[]): { share: number; text: string } {
  const asked = answers.filter((answer) => answer !== null);
  const right = asked.filter((answer) => answer).length;
  return { share: asked.length === 0 ? 1 : right / asked.length, text: `${right}/${asked.length}` };
}

function figures(judged: readonly Judgement[]) {
  const known = share(judged.map((one) => one.known));
  const recipient = share(judged.map((one) => one.recipient));
  const status = share(judged.map((one) => one.status));
  const text = `recognised ${known.text}, recipients ${recipient.text}, status class ${status.text}`;
  return { known: known.share, recipient: recipient.share, status: status.share, text };
}

describe.skipIf(corpus === null)('the bounces of the corpus', () => {
  it('are recognised, with their recipient and the class of their status', () => {
    const collections = corpusBounces(corpus ?? '').map(({ folder, mails }) => ({ folder, judged: mails.map(judge) }));
    const all = collections.flatMap(({ judged }) => judged);
    const total = figures(all);
    const misses = all.filter((one) => !one.known || one.recipient === false || one.status === false);
    console.log(
      [
        ...collections.map(({ folder, judged }) => `${folder}: ${figures(judged).text}`),
        `all: ${total.text}; misses:`,
        ...misses.map(({ file, found }) => `  ${file}: ${found === '' ? 'no bounce' : found}`),
      ].join('\n'),
    );
    expect(all.length).toBeGreaterThan(190);
    expect(total.known).toBeGreaterThanOrEqual(0.99);
    expect(total.recipient).toBeGreaterThanOrEqual(0.97);
    expect(total.status).toBeGreaterThanOrEqual(0.95);
  });
});
