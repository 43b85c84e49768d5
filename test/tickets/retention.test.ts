/** What has been kept long enough, as tables of cases. */
import { describe, expect, it } from 'vitest';
import { agedRemovals, pagesToGiveBack, quotaEnd, RECORD_BYTES, type Retention } from '../../src/tickets/retention.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 22);
const FOR_EVER: Retention = {
  refuseDays: null,
  refuseBytes: null,
  duplicateDays: null,
  ignoreDays: null,
  holdDays: null,
  rawDays: null,
  outboxDays: null,
};

describe('by age', () => {
  it.each<[string, Partial<Retention>, object[]]>([
    ['nothing where all is for ever', {}, []],
    ['refused mails', { refuseDays: 7 }, [{ kind: 'mails', verdict: 'refuse', before: NOW - 7 * DAY }]],
    ['repeats', { duplicateDays: 1 }, [{ kind: 'mails', verdict: 'duplicate', before: NOW - DAY }]],
    ['ignored mails', { ignoreDays: 30 }, [{ kind: 'mails', verdict: 'ignore', before: NOW - 30 * DAY }]],
    ['held mails', { holdDays: 90 }, [{ kind: 'mails', verdict: 'hold', before: NOW - 90 * DAY }]],
    ['only the bytes of what is on tickets', { rawDays: 365 }, [{ kind: 'raw-of-tickets', before: NOW - 365 * DAY }]],
    [
      'the bytes of mails that went out, and notices to strangers altogether',
      { outboxDays: 2 },
      [
        { kind: 'outbox-bytes', before: NOW - 2 * DAY },
        { kind: 'outbox-without-ticket', before: NOW - 2 * DAY },
      ],
    ],
  ])('%s', (_, retention, removals) => {
    expect(agedRemovals({ ...FOR_EVER, ...retention }, NOW)).toEqual(removals);
  });
});

describe('by quota, the newest stay', () => {
  const mail = (id: number, bytes: number) => ({ id, receivedAt: id * 10, bytes: bytes - RECORD_BYTES });
  it.each([
    ['nothing there', [], 10_000, null, 10_000],
    ['all fit', [mail(3, 4000), mail(2, 4000)], 10_000, null, 2000],
    ['all fit exactly', [mail(3, 5000), mail(2, 5000)], 10_000, null, 0],
    ['the third does not', [mail(3, 4000), mail(2, 4000), mail(1, 4000)], 10_000, { id: 1, receivedAt: 10 }, 0],
    ['the newest alone is too much', [mail(2, 20_000), mail(1, 4000)], 10_000, { id: 2, receivedAt: 20 }, 0],
  ])('%s', (_, mails, room, upTo, left) => {
    expect(quotaEnd(mails, room)).toEqual({ upTo, left });
  });

  it('counts a mail without bytes for its record', () => {
    expect(quotaEnd([{ id: 1, receivedAt: 1, bytes: 0 }], RECORD_BYTES - 1).upTo).toEqual({ id: 1, receivedAt: 1 });
  });
});

it.each([
  ['a small file', 1000, 900, 0],
  ['a quarter free: mail fills it again', 100_000, 20_000, 0],
  ['half free: a tenth of what is used stays', 100_000, 50_000, 45_000],
  ['nearly all free: 16 MB stay', 100_000, 99_000, 94_904],
])('free pages: %s', (_, pages, free, back) => {
  expect(pagesToGiveBack({ pages, free })).toBe(back);
});
