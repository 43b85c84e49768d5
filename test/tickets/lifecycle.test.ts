import { describe, expect, it } from 'vitest';
import { readClientCommand } from '../../src/tickets/client-commands.ts';
import { afterClientMail } from '../../src/tickets/lifecycle.ts';
import type { TicketStatus } from '../../src/tickets/model.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 2, 20);

describe('a client who writes to a ticket', () => {
  it.each<[TicketStatus, number | null, string]>([
    ['open', null, 'stays'],
    ['pending', null, 'stays'],
    ['resolved', null, 'reopens'],
    ['closed', 0, 'reopens'],
    ['closed', 13 * DAY, 'reopens'],
    ['closed', 14 * DAY, 'reopens'],
    ['closed', 14 * DAY + 1, 'new-linked'],
    ['closed', 400 * DAY, 'new-linked'],
    ['closed', null, 'reopens'],
    // What is left over from an earlier closing counts for nothing once the ticket is open again.
    ['open', 400 * DAY, 'stays'],
    ['resolved', 400 * DAY, 'reopens'],
  ])('that is %s (closed %s ms ago): %s', (status, ago, outcome) => {
    const after = afterClientMail({ status, closedAt: ago === null ? null : NOW - ago }, NOW, 14);
    expect(after).toEqual(
      outcome === 'new-linked'
        ? { kind: 'new-linked' }
        : { kind: 'append', status: 'open', reopened: outcome === 'reopens' },
    );
  });

  it('reopens nothing where closed is final', () => {
    expect(afterClientMail({ status: 'closed', closedAt: NOW - 1 }, NOW, 0)).toEqual({ kind: 'new-linked' });
  });
});

describe('a client who closes its ticket', () => {
  it.each([
    ['#cerrar', 'close'],
    ['#close', 'close'],
    ['#CERRAR', 'close'],
    ['\n\n  #Cerrar  \r\n\r\nGracias', 'close'],
    ['#cerrar\nya funciona', 'close'],
    ['\u00a0#cerrar', 'close'],
    ['Gracias\n#cerrar', null],
    ['#cerrar el ticket no, por favor', null],
    ['cerrar', null],
    ['# cerrar', null],
    ['##cerrar', null],
    ['#cerrarlo', null],
    ['> #cerrar', null],
    ['', null],
  ])('%j: %s', (text, command) => {
    expect(readClientCommand(text)).toBe(command);
  });
});
