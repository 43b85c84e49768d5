import { describe, expect, it } from 'vitest';
import {
  type Candidate,
  findThread,
  mayAppend,
  orderCandidates,
  type ThreadKeys,
  threadKeys,
} from '../../src/tickets/find-thread.ts';
import type { IncomingMail } from '../../src/tickets/incoming-mail.ts';
import { contact, ticket } from './samples.ts';

const ANA = 'ana@empresa.example';
const nobody = () => false;

type Named = Pick<IncomingMail, 'subject' | 'references' | 'inReplyTo' | 'signedReferences'>;
const keysOf = (mail: Partial<Named>): ThreadKeys => {
  const named: Named = { subject: '', references: [], inReplyTo: [], signedReferences: [], ...mail };
  return threadKeys(named as IncomingMail, { ticketPrefix: 'TQ', ticketPatterns: [] });
};

describe('what a mail says about its thread', () => {
  it('is read from subject, In-Reply-To and the newest reference first', () => {
    const keys = keysOf({
      subject: 'Re: [TQ-111111] y TQ-222222',
      inReplyTo: ['<c@x>'],
      references: ['<a@x>', '<b@x>', '<c@x>'],
      signedReferences: [
        { ticket: '333333', part: 'a' },
        { ticket: '333333', part: 'root' },
      ],
    });
    expect(keys).toEqual({
      subjectIds: ['TQ-111111', 'TQ-222222'],
      foreignIds: [],
      signedIds: ['TQ-333333'],
      messageIds: ['<c@x>', '<b@x>', '<a@x>'],
    });
  });

  it('comes in the order subject, our Message-ID, known Message-ID', () => {
    const bySubject = ticket({ ticketId: 1, publicId: 'TQ-111111' });
    const bySigned = ticket({ ticketId: 2, publicId: 'TQ-222222' });
    const byKnown = ticket({ ticketId: 3, publicId: 'TQ-333333' });
    const keys = keysOf({
      subject: 'TQ-111111',
      signedReferences: [{ ticket: '222222', part: 'a' }],
      references: ['<viejo@x>', '<nuevo@x>'],
    });
    const candidates = orderCandidates(
      keys,
      [bySigned, bySubject],
      [
        { messageId: '<viejo@x>', ticket: bySubject },
        { messageId: '<nuevo@x>', ticket: byKnown },
        { messageId: '<otro@x>', ticket: bySigned },
      ],
    );
    expect(candidates.map(({ by, key, ticket: { ticketId } }) => [by, key, ticketId])).toEqual([
      ['subject', 'TQ-111111', 1],
      ['our-message-id', 'TQ-222222', 2],
      ['known-message-id', '<nuevo@x>', 3],
      ['known-message-id', '<viejo@x>', 1],
    ]);
  });
});

describe('who may write to a ticket', () => {
  const stranger = ticket({ accountId: null, accountNumber: null, opener: 'otro@fuera.example' });

  it.each([
    ['a contact of its account', ANA, [contact()], ticket(), true],
    ['another contact of its account', 'bea@empresa.example', [contact({ contactId: 2 })], ticket(), true],
    ['a contact for another department', ANA, [contact({ departments: ['ventas'] })], ticket(), false],
    ['a contact of another account', ANA, [contact({ accountId: 2 })], ticket(), false],
    ['a contact of both', ANA, [contact({ accountId: 2 }), contact()], ticket(), true],
    ['its opener who is no contact any more', ANA, [], ticket(), false],
    ['the opener of a ticket without account', 'otro@fuera.example', [], stranger, true],
    ['somebody else on a ticket without account', ANA, [contact()], stranger, false],
  ] as const)('%s', (_, sender, contacts, target, may) => {
    expect(mayAppend(sender, contacts, target)).toBe(may);
  });
});

describe('the thread of a mail', () => {
  const candidate = (publicId: string, accountId: number, by: Candidate['by'] = 'subject'): Candidate => ({
    by,
    key: publicId,
    ticket: ticket({ publicId, accountId }),
  });
  const keys = keysOf({ subject: 'TQ-111111 TQ-222222 TQ-999999' });

  it('is the first ticket that the sender may write to', () => {
    const found = findThread(ANA, [contact()], [candidate('TQ-111111', 2), candidate('TQ-222222', 1)], keys, nobody);
    expect(found.candidate?.ticket.publicId).toBe('TQ-222222');
    expect(found.because).toEqual([
      `thread: TQ-111111 by subject turned down: ${ANA} may not write to it`,
      'thread: TQ-222222 by subject (TQ-222222)',
    ]);
  });

  it('is none for a stranger, whatever is named, and the trace says what was', () => {
    const found = findThread(ANA, [], [candidate('TQ-111111', 1), candidate('TQ-222222', 1)], keys, nobody);
    expect(found.candidate).toBeNull();
    expect(found.because).toContain('thread: the subject names TQ-999999, which does not exist');
    expect(found.because).toHaveLength(3);
  });

  it('is any ticket of its department for staff', () => {
    const staff = (key: string) => key === 'soporte';
    expect(findThread('leo@example.com', [], [candidate('TQ-111111', 2)], keys, staff).candidate).not.toBeNull();
    const other = { ...candidate('TQ-111111', 2), ticket: ticket({ accountId: 2, department: 'ventas' }) };
    expect(findThread('leo@example.com', [], [other], keys, staff).candidate).toBeNull();
  });

  it('is none where nothing is named', () => {
    expect(findThread(ANA, [contact()], [], keysOf({}), nobody)).toEqual({
      candidate: null,
      because: ['thread: none named'],
    });
  });
});
