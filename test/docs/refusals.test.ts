/** The table of refusals.md names every reason that a sender can be given for a mail, with the reply that it really gets. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REASONS } from '../../src/commands/why-words.ts';
import type { IntakeResult } from '../../src/intake/intake.ts';
import { REPLY_REASONS, type ReplyReason, replyFor, replyLine } from '../../src/smtp/replies.ts';

/** With a record: what the rules and the bytes of a mail can be refused for. */
const recorded = REPLY_REASONS.filter((reason) => REASONS.some((one) => one === reason));

/** Without one: the results of the intake that ask the sender to come again. */
const COME_AGAIN: Record<Exclude<IntakeResult['kind'], 'decided' | 'not-taken' | 'kept'>, readonly ReplyReason[]> = {
  'over-rate': ['over-rate'],
  'not-looked-up': ['not-looked-up'],
  unavailable: ['disk-full', 'try-again'],
};

const expected = [...recorded, ...Object.values(COME_AGAIN).flat()].map((reason) => {
  const line = replyLine(replyFor(reason, { language: 'en', reference: null, help: null, utf8: false }));
  return { reason, codes: line.split(' ', 2).join(' ') };
});

/** The rows that have a reply; several reasons may share one. */
function documented(path: string): { reason: string; codes: string }[] {
  const rows = readFileSync(path, 'utf8').matchAll(/^\| (`[a-z`, -]+`) \| (\d{3} \d\.\d+\.\d+) \|/gm);
  return [...rows].flatMap(([, reasons = '', codes = '']) =>
    reasons.split(', ').map((reason) => ({ reason: reason.replaceAll('`', ''), codes })),
  );
}

const byReason = (one: { reason: string }, other: { reason: string }) => one.reason.localeCompare(other.reason);

describe.each(['en', 'es'])('docs/%s/refusals.md', (language) => {
  it('has every reason, with its reply', () => {
    expect(documented(`docs/${language}/refusals.md`).sort(byReason)).toEqual(expected.toSorted(byReason));
  });
});

it('looks at what the program can say', () => {
  expect(expected.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['unregistered-sender', 'too-large']));
});
