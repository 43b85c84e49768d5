/** When the digest is due, through restarts, outages and clocks that are changed; who gets it, and what stands in it. */
import { describe, expect, it } from 'vitest';
import { type DigestRecord, digestDay, isDigestDue, writeDigests } from '../../src/tickets/digest.ts';
import { entropyOf, sampleRules } from '../support/sample-mail.ts';
import { department, policy, staff } from './samples.ts';

const MADRID = 'Europe/Madrid';

describe('the day whose digest could have gone out last', () => {
  it.each<[string, number, number | null, string, string]>([
    ['before the hour: yesterday’s', Date.UTC(2026, 10, 22, 6, 59), 8, MADRID, '2026-11-21'],
    ['at the hour', Date.UTC(2026, 10, 22, 7, 0), 8, MADRID, '2026-11-22'],
    ['late in the evening', Date.UTC(2026, 10, 22, 22, 59), 8, MADRID, '2026-11-22'],
    ['past midnight there, not in UTC', Date.UTC(2026, 10, 22, 23, 30), 0, MADRID, '2026-11-23'],
    ['west of Greenwich', Date.UTC(2026, 10, 22, 3, 0), 22, 'America/Bogota', '2026-11-21'],
    ['first of a month, before the hour', Date.UTC(2026, 2, 1, 3, 0), 8, 'UTC', '2026-02-28'],
    ['first of a year, before the hour', Date.UTC(2027, 0, 1, 3, 0), 8, 'UTC', '2026-12-31'],
    ['an hour that the change to summer time leaves out', Date.UTC(2026, 2, 29, 1, 0), 2, MADRID, '2026-03-29'],
    ['a minute before it', Date.UTC(2026, 2, 29, 0, 59), 2, MADRID, '2026-03-28'],
    ['an hour that comes twice, the first time', Date.UTC(2026, 9, 25, 0, 30), 2, MADRID, '2026-10-25'],
    ['an hour that comes twice, the second time', Date.UTC(2026, 9, 25, 1, 30), 2, MADRID, '2026-10-25'],
    ['none is wanted: the day itself', Date.UTC(2026, 10, 22, 0, 30), null, 'UTC', '2026-11-22'],
  ])('%s', (_name, now, hour, timeZone, day) => {
    expect(digestDay(now, hour, timeZone)).toBe(day);
  });
});

it.each<[string, string, string | null, boolean]>([
  ['the first ever', '2026-11-22', null, true],
  ['the next day', '2026-11-22', '2026-11-21', true],
  ['the same day again, after a restart', '2026-11-22', '2026-11-22', false],
  ['days later, after an outage', '2026-11-22', '2026-11-18', true],
  ['the clock was put back', '2026-11-21', '2026-11-22', false],
  ['a new year', '2027-01-01', '2026-12-31', true],
])('is due: %s', (_name, day, last, due) => {
  expect(isDigestDue(day, last)).toBe(due);
});

const record = (reference: string, over: Partial<DigestRecord> = {}): DigestRecord => ({
  reference,
  verdict: 'refuse',
  reason: 'unregistered-sender',
  sender: 'luis@otra.example',
  subject: 'Hola',
  department: 'soporte',
  recipients: ['soporte@example.com'],
  ...over,
});

const [EVA, LEO, ANA] = ['eva@example.com', 'leo@example.com', 'ana@example.com'];
const HOUSE = policy({
  departments: [
    department({ staff: [staff(EVA), staff(LEO, { notify: 'none' })] }),
    department({
      key: 'ventas',
      names: { es: 'Ventas', en: 'Sales' },
      staff: [staff(ANA, { language: 'en', notify: 'assigned' }), staff(EVA)],
    }),
  ],
});
const rules = {
  policy: HOUSE,
  signing: sampleRules().signing,
  now: Date.UTC(2026, 10, 22),
  entropy: entropyOf('digest'),
};

/** Who gets which references. */
function told(...records: DigestRecord[]): Record<string, string[]> {
  return Object.fromEntries(
    writeDigests(records, rules).map(({ recipient, data }) => [
      recipient,
      data.kind === 'staff-digest' ? [...data.held, ...data.refused].map(({ reference }) => reference) : [],
    ]),
  );
}

it('tells each of the mails of their departments, in one mail, and nobody who wants none', () => {
  expect(told(record('A'), record('B', { department: 'ventas' }))).toEqual({ [EVA]: ['A', 'B'], [ANA]: ['B'] });
  expect(told(record('A'))).toEqual({ [EVA]: ['A'] });
  expect(told()).toEqual({});
});

it('finds the department of a mail that was refused before it had one by the mailboxes that it names', () => {
  const early = { department: null, reason: 'unclear-sender' } as const;
  expect(told(record('A', { ...early, recipients: ['VENTAS@Example.com'] }))).toEqual({ [EVA]: ['A'], [ANA]: ['A'] });
  expect(told(record('A', { ...early, recipients: ['abuse@example.com'] }))).toEqual({ [EVA]: ['A'] });
});

it('names 50 at most, those that wait first, and counts the rest', () => {
  const refused = Array.from({ length: 60 }, (_, at) => record(`R${at}`));
  const held = record('H', { verdict: 'hold', reason: 'held-for-review' });
  const [mail] = writeDigests([...refused, held], rules);
  if (mail?.data.kind !== 'staff-digest') throw new Error('there is no digest');
  expect(mail.data.held.map(({ reference }) => reference)).toEqual(['H']);
  expect(mail.data.refused).toHaveLength(49);
  expect(mail.data.more).toBe(11);
});
