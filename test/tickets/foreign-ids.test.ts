/** Ticket numbers of another system in subjects: what a pattern may be, what it finds, and that it stays fast. */
import { describe, expect, it } from 'vitest';
import {
  namedForeignIds,
  normalizeForeignId,
  parseTicketPattern,
  type TicketPattern,
} from '../../src/tickets/foreign-ids.ts';

function pattern(written: string): TicketPattern {
  const parsed = parseTicketPattern(written);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.pattern;
}

describe('a pattern', () => {
  it.each([
    ['[Ticket ID: {digits}]', true],
    ['#{digits}#', true],
    ['Caso nº {digits}', true],
    ['{digits}-soporte', true],
    ['(.*)+{digits}', true],
    ['Ticket', false],
    ['', false],
    ['{digits}', false],
    ['#{digits}', false],
    [' {digits} ', false],
    ['{digits} y {digits}', false],
    ['2024{digits}', false],
    ['[T {digits}0]', false],
    [`${'x'.repeat(101)}{digits}`, false],
  ])('%j may be written: %s', (written, ok) => {
    expect(parseTicketPattern(written).ok).toBe(ok);
  });
});

describe('a subject', () => {
  const patterns = [pattern('[Ticket ID: {digits}]'), pattern('Caso nº {digits}'), pattern('{digits}-soporte')];
  it.each([
    ['Re: [Ticket ID: 482913] Sin correo', ['482913']],
    ['RV: RE: [TICKET ID:  482913]', ['482913']],
    ['[Ticket\u00a0ID:\t482913] doblado', ['482913']],
    ['[Ticket ID: 1] y [Ticket ID: 2] y [Ticket ID: 1]', ['1', '2']],
    ['caso Nº 77', ['77']],
    ['caso nº 77, [ticket id: 5]', ['5', '77']],
    ['Re: 88-soporte: hola', ['88']],
    ['[Ticket ID: 0012]', ['0012']],
    ['[Ticket ID: 48291 3]', []],
    ['[Ticket ID: 482913', []],
    ['[Ticket ID: ]', []],
    ['[Ticket ID: 123456789012345678901]', []],
    ['123456789012345678901-soporte', []],
    ['[Ticket ID: ٣٤٥]', []],
    ['Ticket 482913', []],
    ['', []],
  ])('%j names %j', (subject, found) => {
    expect(namedForeignIds(subject, patterns)).toEqual(found);
  });

  it('finds nothing where no pattern is configured', () => {
    expect(namedForeignIds('[Ticket ID: 482913]', [])).toEqual([]);
  });

  it('is read in time that grows with its length, whatever stands in it', () => {
    const hostile = [
      pattern('aaaaaaaa{digits}b'),
      pattern('{digits}aaaaaaab'),
      pattern('11 {digits}..'.replace('11', 'xx')),
    ];
    for (const piece of ['a', '1', 'aaaaaaaa1', '[Ticket ID: ', 'xx 1']) {
      const before = performance.now();
      namedForeignIds(piece.repeat(1_000_000 / piece.length), [...patterns, ...hostile]);
      expect(performance.now() - before, piece).toBeLessThan(1500);
    }
  });
});

it.each([
  [' 482913 ', '482913'],
  ['0', '0'],
  ['', null],
  ['48a', null],
  ['-1', null],
  ['123456789012345678901', null],
])('the number %j is kept as %s', (typed, kept) => {
  expect(normalizeForeignId(typed)).toBe(kept);
});
