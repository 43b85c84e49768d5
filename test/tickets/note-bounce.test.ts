/** What a report about one of our mails leads to, and which reports lead to nothing. */
import { describe, expect, it } from 'vitest';
import type { Bounce } from '../../src/mail/automatic.ts';
import { signMessageId } from '../../src/mail/message-id.ts';
import { answerBounce, type ReportedMail, reportedIds } from '../../src/tickets/note-bounce.ts';
import { outgoingMail, ticket } from './samples.ts';

const OURS = '<tq.abc.482913.k1.0123456789abcdef01234567@mail.example.com>';

function bounce(over: Partial<Bounce> = {}): Bounce {
  return {
    recipient: 'ana@empresa.example',
    status: '5.1.1',
    action: 'failed',
    originalMessageId: OURS,
    diagnostic: '550 no such user',
    ...over,
  };
}

const sent: ReportedMail = {
  outboxId: 7,
  kind: 'receipt',
  recipient: 'ana@empresa.example',
  ticket: ticket(),
  bounce: null,
  mail: outgoingMail(),
};

describe('a report about a mail of ours', () => {
  it.each<[string, Partial<Bounce>, boolean]>([
    ['failed for good', { status: '5.1.1' }, true],
    ['failed by a bare 5xx reply', { status: '5.0.0' }, true],
    ['given up after days of trying', { status: '4.4.7' }, false],
    ['failed without a code', { status: null }, false],
    ['delayed', { action: 'delayed', status: '4.4.1' }, false],
    ['delayed with a permanent code', { action: 'delayed', status: '5.1.1' }, false],
    ['a complaint', { action: 'complaint', status: null }, false],
    ['failed, and names nobody', { recipient: null }, true],
  ])('%s is noted', (_, over, permanent) => {
    expect(answerBounce([bounce(over)], sent)).toMatchObject({ kind: 'note', permanent, bounce: bounce(over) });
  });

  it.each<[string, Partial<Bounce>]>([
    ['delivered', { action: 'delivered', status: '2.0.0' }],
    ['relayed', { action: 'relayed', status: '2.0.0' }],
    ['expanded', { action: 'expanded', status: '2.0.0' }],
    ['read', { action: 'read', status: null }],
    ['somebody else', { recipient: 'luis@empresa.example' }],
  ])('%s changes nothing', (_, over) => {
    expect(answerBounce([bounce(over)], sent).kind).toBe('nothing');
  });

  it('speaks of several recipients: only the one that the mail went to counts', () => {
    const other = bounce({ recipient: 'otro@empresa.example' });
    const own = bounce({ action: 'delayed', status: '4.2.2' });
    expect(answerBounce([other, own], sent)).toMatchObject({ kind: 'note', bounce: own, permanent: false });
    expect(answerBounce([other, bounce({ recipient: null })], sent).kind).toBe('nothing');
  });

  it('is noted once, and again when it says something worse', () => {
    const worse = [{ action: 'delayed' }, { status: '4.4.7' }, { status: '5.1.1' }, { action: 'complaint' }] as const;
    worse.forEach((over, index) => {
      for (const [before, earlier] of worse.entries()) {
        const answer = answerBounce([bounce(over)], { ...sent, bounce: bounce(earlier) });
        expect(answer.kind).toBe(before < index ? 'note' : 'nothing');
      }
    });
  });

  it('writes one line for staff, whatever the server wrote', () => {
    const answer = answerBounce([bounce({ diagnostic: '550 no\r\nsuch\u0000\u0007 user' })], sent);
    expect(answer).toMatchObject({
      note: 'The receipt to ana@empresa.example (outbox 7) could not be delivered: 5.1.1 550 no such user',
    });
    expect(answerBounce([bounce({ status: null, diagnostic: null })], sent)).toMatchObject({
      note: 'The receipt to ana@empresa.example (outbox 7) could not be delivered.',
    });
  });
});

describe('a report about another mail', () => {
  it.each(['<1@elsewhere.example>', null])('%s changes nothing', (originalMessageId) => {
    expect(answerBounce([bounce({ originalMessageId })], null).kind).toBe('nothing');
  });

  it('asks for the Message-ID as it stands there and in lower case', () => {
    expect(reportedIds([bounce({ originalMessageId: OURS.toUpperCase() })])).toEqual([OURS.toUpperCase(), OURS]);
    expect(reportedIds([bounce()])).toEqual([OURS]);
    expect(reportedIds([])).toEqual([]);
  });

  it('finds ours again in lower case: we write them so', () => {
    const key = { id: 'k1', secret: Buffer.alloc(32, 7), revoked: false };
    const id = signMessageId({ ticket: '482913', part: 'abc' }, key, 'Mail.Example.COM');
    expect(id).toBe(id.toLowerCase());
  });
});
