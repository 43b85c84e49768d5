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
