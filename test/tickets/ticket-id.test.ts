import { describe, expect, it } from 'vitest';
import { headerText } from '../../src/mail/header-lines.ts';
import { candidateIds, digitsFor, namedTicketIds } from '../../src/tickets/ticket-id.ts';
import { fastest } from '../support/fastest.ts';

const word = (text: string) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
const PREFIX = 'TQ';

/** Subjects as they arrive, raw, with the IDs they name. */
const NAMED: readonly (readonly [string, ...string[]])[] = [
  ['[TQ-482913] Mi web no carga', 'TQ-482913'],
  ['Re: [TQ-482913] Mi web no carga', 'TQ-482913'],
  ['RE: [TQ-482913] Mi web no carga', 'TQ-482913'],
  ['RV: [TQ-482913] Mi web', 'TQ-482913'],
  ['Fwd: [TQ-482913] Mi web', 'TQ-482913'],
  ['FW: [TQ-482913]', 'TQ-482913'],
  ['AW: [TQ-482913] Mi web', 'TQ-482913'],
  ['Enc: [TQ-482913] Mi web', 'TQ-482913'],
  ['Re[2]: [TQ-482913] Mi web', 'TQ-482913'],
  ['Re：[TQ-482913] Mi web', 'TQ-482913'],
  ['回复：[TQ-482913] Mi web', 'TQ-482913'],
  ['Re:Re:RV:Fwd:[TQ-482913]', 'TQ-482913'],
  ['Re:[TQ-482913]Mi web', 'TQ-482913'],
  ['SPAM: Re: [TQ-482913] Mi web', 'TQ-482913'],
  ['[Externo] Re: [TQ-482913] Mi web', 'TQ-482913'],
  ['Mi web no carga TQ-482913', 'TQ-482913'],
  ['Mi web no carga (TQ-482913)', 'TQ-482913'],
  ['TQ-482913', 'TQ-482913'],
  ['tq-482913', 'TQ-482913'],
  ['Tq-482913: sigue igual', 'TQ-482913'],
  ['[tq-482913] sigue igual', 'TQ-482913'],
  ['TQ482913', 'TQ-482913'],
  ['[TQ 482913]', 'TQ-482913'],
  ['[ TQ-482913 ]', 'TQ-482913'],
  ['[TQ - 482913]', 'TQ-482913'],
  ['TQ–482913 con raya corta', 'TQ-482913'],
  ['TQ—482913 con raya larga', 'TQ-482913'],
  ['TQ\u2011482913 sin corte', 'TQ-482913'],
  ['TQ\u2212482913 menos', 'TQ-482913'],
  ['TQ\u00ad482913', 'TQ-482913'],
  ['TQ\u00a0482913', 'TQ-482913'],
  ['TQ-\u00a0482913', 'TQ-482913'],
  ['TQ_482913', 'TQ-482913'],
  ['TQ#482913', 'TQ-482913'],
  ['TQ: 482913', 'TQ-482913'],
  ['Ticket#TQ-482913', 'TQ-482913'],
  ['ticket:TQ-482913.', 'TQ-482913'],
  ['¿TQ-482913?', 'TQ-482913'],
  ['«TQ-482913»', 'TQ-482913'],
  ['"TQ-482913", gracias', 'TQ-482913'],
  ['sobre TQ-482913/factura', 'TQ-482913'],
  ['TQ-482913-bis', 'TQ-482913'],
  ['_TQ-482913_', 'TQ-482913'],
  ['[TQ-4829134] con un dígito más', 'TQ-4829134'],
  ['TQ-100000000000', 'TQ-100000000000'],
  ['Re: Mi web no carga y ademas el correo [TQ-\r\n 482913]', 'TQ-482913'],
  ['Re: Mi web no carga y ademas el correo [TQ\r\n\t-482913]', 'TQ-482913'],
  [`Re: ${word('[TQ-482913] Mañana')}`, 'TQ-482913'],
  [word('Re: [TQ-482913] Mañana'), 'TQ-482913'],
  [`${word('Re: Mañana [TQ-48')}\r\n ${word('2913]')}`, 'TQ-482913'],
  ['=?iso-8859-1?Q?Re:_[TQ-482913]_Ma=F1ana?=', 'TQ-482913'],
  ['=?utf-8?Q?RE=3A_=5BTQ=2D482913=5D?=', 'TQ-482913'],
  ['TQ-482913 y TQ-111111', 'TQ-482913', 'TQ-111111'],
  ['[TQ-482913] Re: [TQ-482913] Mi web', 'TQ-482913'],
  ['TQTQ-482913 TQ-482913', 'TQ-482913'],
  ['TQ TQ-482913', 'TQ-482913'],
  ['TQ-12 TQ-482913', 'TQ-482913'],
  ['TQ-1234567890123 TQ-482913', 'TQ-482913'],
  // Words that end or begin with the prefix, other systems, wrong lengths: no ID.
  ['Mi web no carga'],
  [''],
  ['TQ'],
  ['TQ-'],
  ['TQ-48291'],
  ['TQ-48291A'],
  ['TQ-482913a'],
  ['TQ-482913ñ'],
  ['ATQ-482913'],
  ['ñTQ-482913'],
  ['1TQ-482913'],
  ['XTQ482913'],
  ['TQ-1234567890123'],
  ['ABC-482913'],
  ['[#482913]'],
  ['482913'],
  ['TQ.482913'],
  ['TQ-482 913'],
  ['TQ-٤٨٢٩١٣'],
  ['TQ     482913'],
];

describe('a subject', () => {
  it.each(NAMED.map(([subject, ...ids]) => [subject, ids] as const))('%j names %j', (subject, ids) => {
    expect(namedTicketIds(headerText(Buffer.from(subject).toString('latin1')), PREFIX)).toEqual(ids);
  });

  it('names at most ten tickets', () => {
    const ids = Array.from({ length: 30 }, (_, index) => `TQ-${482_000 + index}`);
    expect(namedTicketIds(ids.join(' '), PREFIX)).toEqual(ids.slice(0, 10));
  });

  it('does not name the tickets of another prefix', () => {
    expect(namedTicketIds('[SOP-482913]', PREFIX)).toEqual([]);
    expect(namedTicketIds('[sop-482913]', 'SOP')).toEqual(['SOP-482913']);
  });

  it.each(['TQ', 'TQ-', 'TQ-48291', 'TQ-1234567890123', 'TQ    ', 'TTTTQ', '1', 'ß'])(
    'is read in linear time: %j',
    (unit) => {
      const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
      expect(fastest(() => namedTicketIds(text, PREFIX))).toBeLessThan(1000);
    },
  );
});

describe('a new ticket ID', () => {
  const entropy = new Uint8Array(32).fill(7);

  it.each([
    [0, 6],
    [449_999, 6],
    [450_000, 7],
    [4_499_999, 7],
    [4_500_000, 8],
    [Number.MAX_SAFE_INTEGER, 12],
  ])('with %i tickets has %i digits', (tickets, digits) => {
    expect(digitsFor(tickets)).toBe(digits);
  });

  it('is the same for the same entropy and another for other', () => {
    expect(candidateIds(entropy, PREFIX, 0)).toEqual(candidateIds(entropy, PREFIX, 0));
    expect(candidateIds(entropy, PREFIX, 0)).not.toEqual(candidateIds(new Uint8Array(32).fill(8), PREFIX, 0));
  });

  it('has ten candidates, the last with a digit more', () => {
    const ids = candidateIds(entropy, PREFIX, 0);
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(10);
    for (const id of ids.slice(0, -1)) expect(id).toMatch(/^TQ-[1-9]\d{5}$/);
    expect(ids.at(-1)).toMatch(/^TQ-[1-9]\d{6}$/);
  });

  it.each([0, 450_000, 4_500_000_000])('is named by the receipt that carries it, with %i tickets', (tickets) => {
    for (const id of candidateIds(entropy, PREFIX, tickets))
      expect(namedTicketIds(`Re: [${id}] x`, PREFIX)).toEqual([id]);
  });

  it('spreads over the whole range', () => {
    const first: number[] = [];
    for (let seed = 0; seed < 500; seed += 1) {
      const [id = ''] = candidateIds(Buffer.alloc(32, `seed ${seed}`), PREFIX, 0);
      first.push(Number(id.slice(3)));
    }
    expect(Math.min(...first)).toBeLessThan(130_000);
    expect(Math.max(...first)).toBeGreaterThan(970_000);
    expect(new Set(first).size).toBeGreaterThan(495);
  });
});
