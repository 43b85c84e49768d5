/** Every way in which a mail can be lost, doubled or half there is noticed. */
import { expect, it } from 'vitest';
import { type Attempt, judgeMail, judgeOutgoing, type QueuedMail, type StoredMail } from './judge.ts';
import type { TestMail } from './mails.ts';

const mail: TestMail = {
  messageId: '<one@cliente.example>',
  from: 'a@b.example',
  to: 'soporte@hosting.example',
  bytes: Buffer.from('x'),
  sha256: 'raw',
  attachments: ['file'],
  expected: { kind: 'open' },
};
const answer: TestMail = { ...mail, expected: { kind: 'append', ticket: 'TQ-1' } };

const row: StoredMail = {
  reference: 'R1',
  verdict: 'open-ticket',
  reason: 'new-ticket',
  rawSha256: 'raw',
  ticket: 'TQ-1',
  messages: ['TQ-1'],
  attachments: ['file'],
  receipts: 1,
};
const repeat: StoredMail = {
  ...row,
  reference: 'R2',
  verdict: 'duplicate',
  messages: [],
  attachments: [],
  receipts: 0,
};
const appended: StoredMail = { ...row, verdict: 'append-message', receipts: 0 };

const accepted = (reference = 'R1'): Attempt => ({ outcome: 'accepted', reference });
const unanswered: Attempt = { outcome: 'unanswered', reference: null };

it.each<[string, TestMail, Attempt[], StoredMail[], string[]]>([
  ['answered and there', mail, [accepted()], [row], []],
  ['no answer and not there', mail, [unanswered], [], []],
  ['no answer and there', mail, [unanswered], [row], []],
  ['no answer, there, and known when it comes again', mail, [unanswered, accepted('R2')], [row, repeat], []],
  ['a reply on its ticket', answer, [accepted()], [appended], []],
  ['answered and not there', mail, [accepted()], [], ['lost', 'lost']],
  ['answered, and only its repeat is there', mail, [accepted('R2')], [repeat], ['lost']],
  ['another record than the answer named', mail, [accepted('R9')], [row], ['lost']],
  [
    'stored again when it came again',
    mail,
    [unanswered, accepted('R2')],
    [row, { ...row, reference: 'R2' }],
    ['doubled'],
  ],
  ['more records than attempts', mail, [accepted()], [row, repeat], ['doubled']],
  ['refused although it is from a client', mail, [{ outcome: 'refused', reference: 'R1' }], [row], ['broken']],
  ['raw bytes cut short', mail, [accepted()], [{ ...row, rawSha256: 'other' }], ['broken']],
  ['raw bytes gone', mail, [unanswered], [{ ...row, rawSha256: null }], ['broken']],
  ['a ticket without its message', mail, [accepted()], [{ ...row, messages: [] }], ['broken', 'broken']],
  ['two messages', mail, [accepted()], [{ ...row, messages: ['TQ-1', 'TQ-1'] }], ['broken']],
  ['its message on another ticket', mail, [accepted()], [{ ...row, messages: ['TQ-2'] }], ['broken']],
  [
    'a reply on another ticket',
    answer,
    [accepted()],
    [{ ...appended, ticket: 'TQ-2', messages: ['TQ-2'] }],
    ['broken'],
  ],
  ['an attachment whose file is gone', mail, [accepted()], [{ ...row, attachments: [null] }], ['broken']],
  ['an attachment left out', mail, [accepted()], [{ ...row, attachments: [] }], ['broken']],
  ['no receipt', mail, [accepted()], [{ ...row, receipts: 0 }], ['broken']],
  ['two receipts', mail, [accepted()], [{ ...row, receipts: 2 }], ['broken']],
  ['a repeat with a receipt', mail, [unanswered, accepted('R2')], [row, { ...repeat, receipts: 1 }], ['broken']],
  [
    'held for a fault of ours',
    mail,
    [accepted()],
    [{ ...repeat, reference: 'R1', verdict: 'hold' }],
    ['lost', 'broken'],
  ],
])('%s', (_, sent, attempts, rows, kinds) => {
  expect(judgeMail({ mail: sent, attempts }, rows).map(({ kind }) => kind)).toEqual(kinds);
});

const queued: QueuedMail = { messageId: '<r@x>', recipient: 'a@b.example', state: 'sent', inFlight: 0 };
const arrived = (...copies: string[]) => ({ recipients: new Set(['a@b.example']), copies });

it.each<[string, QueuedMail, ReturnType<typeof arrived> | undefined, string[]]>([
  ['sent and arrived', queued, arrived('x'), []],
  ['waits and has not arrived', { ...queued, state: 'queued' }, undefined, []],
  ['on its way at the kill, and arrived', { ...queued, state: 'sending', inFlight: 1 }, arrived('x'), []],
  ['arrived again after a kill on its way', { ...queued, inFlight: 1 }, arrived('x', 'x'), []],
  ['marked as sent and never arrived', queued, undefined, ['lost']],
  ['arrived twice without a kill on its way', queued, arrived('x', 'x'), ['doubled']],
  ['arrived three times after one kill', { ...queued, inFlight: 1 }, arrived('x', 'x', 'x'), ['doubled']],
  ['arrived and not claimed', { ...queued, state: 'queued' }, arrived('x'), ['doubled']],
  ['other bytes the second time', { ...queued, inFlight: 1 }, arrived('x', 'y'), ['broken']],
  ['to somebody else', queued, { recipients: new Set(['c@d.example']), copies: ['x'] }, ['broken']],
  ['failed', { ...queued, state: 'failed' }, undefined, ['broken']],
])('outbox: %s', (_, row, mailAsArrived, kinds) => {
  expect(judgeOutgoing(row, mailAsArrived).map(({ kind }) => kind)).toEqual(kinds);
});
