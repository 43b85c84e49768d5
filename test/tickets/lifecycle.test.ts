import { describe, expect, it } from 'vitest';
import { readClientCommand } from '../../src/tickets/client-commands.ts';
import {
  afterClientMail,
  afterMove,
  afterStaff,
  autoCloseBounds,
  isFromPerson,
  type StaffEvent,
  statusMailFor,
} from '../../src/tickets/lifecycle.ts';
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

describe('staff', () => {
  it.each<[StaffEvent, TicketStatus, TicketStatus, string | null]>([
    ['reply', 'open', 'pending', null],
    ['reply', 'pending', 'pending', null],
    ['reply', 'resolved', 'resolved', null],
    ['reply', 'closed', 'pending', 'ticket-reopened'],
    ['set-open', 'open', 'open', null],
    ['set-open', 'pending', 'open', null],
    ['set-open', 'resolved', 'open', 'ticket-reopened'],
    ['set-open', 'closed', 'open', 'ticket-reopened'],
    ['set-pending', 'open', 'pending', null],
    ['set-pending', 'pending', 'pending', null],
    ['set-pending', 'resolved', 'pending', null],
    ['set-pending', 'closed', 'pending', 'ticket-reopened'],
    ['set-resolved', 'open', 'resolved', 'ticket-resolved'],
    ['set-resolved', 'pending', 'resolved', 'ticket-resolved'],
    ['set-resolved', 'resolved', 'resolved', null],
    ['set-resolved', 'closed', 'resolved', null],
    ['set-closed', 'open', 'closed', 'ticket-closed'],
    ['set-closed', 'pending', 'closed', 'ticket-closed'],
    ['set-closed', 'resolved', 'closed', 'ticket-closed'],
    ['set-closed', 'closed', 'closed', null],
  ])('%s on a ticket that is %s: %s, mail: %s', (event, before, after, mail) => {
    expect(afterStaff(event, before)).toBe(after);
    expect(statusMailFor(before, after)).toBe(mail);
  });

  it.each<[TicketStatus, string]>([
    ['open', 'told'],
    ['pending', 'silent'],
    ['resolved', 'silent'],
    ['closed', 'not-possible'],
  ])('moves a ticket that is %s: %s', (status, outcome) => {
    expect(afterMove(status)).toBe(outcome);
  });
});

describe('the clock', () => {
  it('never closes where it is turned off', () => {
    expect(autoCloseBounds(NOW, { autoCloseDays: null, autoCloseWarningDays: 1 })).toBeNull();
  });

  it('closes after its days, without a warning where none is wanted', () => {
    expect(autoCloseBounds(NOW, { autoCloseDays: 3, autoCloseWarningDays: null })).toEqual({
      warn: null,
      close: { idleSince: NOW - 3 * DAY, warnedAt: null },
    });
  });

  it('warns before, and always lets the days of the warning pass', () => {
    expect(autoCloseBounds(NOW, { autoCloseDays: 10, autoCloseWarningDays: 2 })).toEqual({
      warn: { idleSince: NOW - 8 * DAY },
      close: { idleSince: NOW - 10 * DAY, warnedAt: NOW - 2 * DAY },
    });
  });

  it.each([
    ['human', true],
    ['list', true],
    ['auto-reply', false],
    ['machine', false],
    ['bounce', false],
  ] as const)('takes a mail of kind %s for a person: %s', (kind, person) => {
    expect(isFromPerson(kind)).toBe(person);
  });
});
