/** Tables and texts for the terminal. */
import { describe, expect, it } from 'vitest';
import { coloursOn } from '../../src/commands/colour.ts';
import { type Column, safe, safeText, shownSize, shownTime, table } from '../../src/commands/table.ts';

interface Row {
  readonly id: string;
  readonly from: string;
  readonly subject: string | null;
}

const columns: readonly Column<Row>[] = [
  { title: 'ID', value: (row) => row.id },
  { title: 'FROM', value: (row) => row.from, flexible: true },
  { title: 'SUBJECT', value: (row) => row.subject, flexible: true },
];

const rows: readonly Row[] = [
  { id: 'TQ-482913', from: 'ana@empresa.com', subject: 'Mi página no carga desde esta mañana y necesito ayuda' },
  { id: 'TQ-1', from: 'a-very-long-local-part@a-very-long-domain.example.com', subject: null },
];

const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));

describe('a table', () => {
  it('lines its columns up and ends no line with blanks', () => {
    expect(table(rows.slice(0, 1), columns).split('\n')).toEqual([
      'ID         FROM             SUBJECT',
      'TQ-482913  ana@empresa.com  Mi página no carga desde esta mañana y necesito ayuda',
    ]);
    expect(table(rows, columns)).not.toMatch(/ $/m);
  });

  it.each([120, 100, 80, 60, 40, 33, 20])('fits a terminal of %i columns', (width) => {
    expect(widest(table(rows, columns, width))).toBeLessThanOrEqual(width);
  });

  it('cuts the widest text first and marks what it cut', () => {
    const lines = table(rows, columns, 90).split('\n');
    expect(lines[1]).toContain('Mi página no');
    expect(lines[1]?.endsWith('…')).toBe(true);
    expect(lines[1]).toContain('ana@empresa.com');
    expect(lines[1]).toContain('TQ-482913');
  });

  it.each<readonly [number, string]>([
    [120, 'ID         SINCE             KIND     FROM             SUBJECT'],
    [70, 'ID         KIND     FROM             SUBJECT'],
    [50, 'ID         FROM             SUBJECT'],
  ])('leaves out what matters least on a terminal of %i columns', (width, titles) => {
    const [id, ...texts] = columns;
    const since: Column<Row> = { title: 'SINCE', value: () => '2026-11-21 09:00', spare: 1 };
    const kind: Column<Row> = { title: 'KIND', value: () => 'receipt', spare: 2 };
    const wide = id === undefined ? [] : [id, since, kind, ...texts];
    expect(table(rows.slice(0, 1), wide, width).split('\n')[0]).toBe(titles);
    expect(table(rows.slice(0, 1), wide, undefined)).toContain('09:00');
  });

  it('is whole where it goes into a pipe', () => {
    expect(table(rows, columns, undefined)).toContain('a-very-long-domain.example.com');
    expect(table(rows, columns, undefined)).toContain('necesito ayuda');
  });

  it('shows a dash where there is nothing, and only its titles without rows', () => {
    expect(table(rows, columns).split('\n')[2]).toMatch(/–$/);
    expect(table([], columns)).toBe('ID  FROM  SUBJECT');
  });

  it('does not cut through a letter that is two code units', () => {
    const emoji = '\u{1f600}'.repeat(40);
    const line = table([{ id: 'x', from: '', subject: emoji }], columns, 30).split('\n')[1] ?? '';
    expect(line).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
  });

  it('keeps one line a row, whatever a subject says', () => {
    const subject = 'one\r\ntwo\u2028three\u001b[2J\u009b31m\ttab';
    const shown = table([{ id: 'x', from: 'y', subject }], columns);
    expect(shown.split('\n')).toHaveLength(2);
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028]/);
  });
});

describe('texts', () => {
  it.each([
    ['colour \u001b[31m', 'colour  [31m'],
    ['title \u009d0;x\u0007', 'title  0;x '],
    ['bell\u0007', 'bell '],
    ['two\nlines', 'two lines'],
    ['ñandú €', 'ñandú €'],
  ])('on one line: %j', (text, shown) => {
    expect(safe(text)).toBe(shown);
  });

  it('on several lines keep line breaks and tabs and nothing else that moves the cursor', () => {
    expect(safeText('a\n\tb\u001b[2Jc\r\u009bd\u007f')).toBe('a\n\tb\ufffd[2Jc\ufffd\ufffdd\ufffd');
  });
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KB'],
  [10 * 1024, '10 KB'],
  [1024 * 1024 - 1, '1024 KB'],
  [5 * 1024 * 1024, '5.0 MB'],
])('%i bytes are shown as %s', (bytes, shown) => {
  expect(shownSize(bytes)).toBe(shown);
});

it('shows times in UTC, to the minute', () => {
  expect(shownTime(Date.UTC(2026, 10, 21, 18, 4, 59))).toBe('2026-11-21 18:04');
});

describe('colours', () => {
  const rows = [{ word: 'bad', other: 'x'.repeat(30) }];
  const columns = [
    { title: 'WORD', value: (row: { word: string }) => row.word, tone: () => 'bad' as const },
    { title: 'OTHER', value: (row: { other: string }) => row.other },
  ];
  const plain = (text: string) => text.replace(/\u001b\[\d+m/g, '');

  it('change nothing but the colour', () => {
    const shown = table(rows, columns, 80, true);
    expect(shown).toContain('\u001b[31mbad');
    expect(plain(shown)).toBe(table(rows, columns, 80, false));
  });

  it('are left out of a line that is cut', () => {
    expect(table(rows, columns, 20, true).split('\n')[1]).toBe(`bad   ${'x'.repeat(13)}…`);
  });

  it.each([
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, {}, false],
  ])('terminal %s, %j: %s', (terminal, environment, on) => expect(coloursOn(environment, terminal)).toBe(on));
});
