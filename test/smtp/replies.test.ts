import { describe, expect, it } from 'vitest';
import { REPLY_REASONS, replyFor, replyLine } from '../../src/smtp/replies.ts';

const LONG_HELP = `https://hosting.example/${'a'.repeat(300)}`;

describe.each(REPLY_REASONS.filter((reason) => reason !== 'accepted'))('the reply for %s', (reason) => {
  it.each(['es', 'en'] as const)('in %s is one line, short enough to be passed on, and its codes agree', (language) => {
    for (const help of [null, 'https://hosting.example/ayuda', LONG_HELP]) {
      const reply = replyFor(reason, { language, reference: '7KQ2M9XF4T', help, utf8: false });
      const line = replyLine(reply);
      expect(line).toMatch(/^[245]\d\d [245]\.\d+\.\d+ [\x20-\x7e]+$/);
      expect(line.length).toBeLessThanOrEqual(510);
      expect(line.charAt(0), 'basic and enhanced class agree').toBe(line.charAt(4));
      expect(line).not.toContain('{');
      expect(line, 'the reference is never cut off').toContain('7KQ2M9XF4T');
    }
  });
});

it.each([
  ['unknown-mailbox', '550 5.1.1'],
  ['relay-denied', '550 5.7.1'],
  ['department-takes-no-mail', '550 5.2.1'],
  ['unregistered-sender', '550 5.7.1'],
  ['unclear-sender', '550 5.7.1'],
  ['dmarc-policy', '550 5.7.1'],
  ['not-authenticated', '550 5.7.26'],
  ['staff-not-authenticated', '550 5.7.26'],
  ['dns-temporary-failure', '451 4.7.1'],
  ['too-large', '552 5.3.4'],
  ['too-many-recipients', '452 4.5.3'],
  ['mail-loop', '554 5.4.6'],
  ['over-rate', '452 4.4.5'],
  ['too-many-connections', '421 4.7.0'],
  ['too-many-errors', '421 4.5.0'],
  ['disk-full', '452 4.3.1'],
  ['try-again', '451 4.3.0'],
  ['bare-line-break', '550 5.5.2'],
  ['risky-attachment', '550 5.7.1'],
  ['bad-sender-syntax', '501 5.1.7'],
  ['bad-recipient-syntax', '501 5.1.3'],
  ['idle-too-long', '421 4.4.2'],
  ['shutting-down', '421 4.3.2'],
] as const)('a permanent cause is 5xx and a fault of ours 4xx: %s is %s', (reason, codes) => {
  const context = { language: 'es', reference: null, help: null, utf8: false } as const;
  expect(replyLine(replyFor(reason, context)).slice(0, codes.length + 1)).toBe(`${codes} `);
});

it('says the same to every kind of stranger', () => {
  const context = { language: 'es', reference: 'R', help: 'https://x.example', utf8: false } as const;
  const lines = (['unregistered-sender', 'account-state', 'department-not-allowed', 'blocked-sender'] as const).map(
    (reason) => replyLine(replyFor(reason, context)),
  );
  expect(new Set(lines).size).toBe(1);
});

it('keeps control characters of a help text out of the dialogue', () => {
  const reply = replyFor('unregistered-sender', { language: 'es', reference: 'R', help: 'tel\r\n250 ok', utf8: true });
  expect(reply.text).not.toMatch(/[\r\n]/);
});
