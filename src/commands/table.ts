/**
 * Plain tables: columns padded with spaces; on a narrow terminal the less important ones are left out, then the widest texts
 * are cut. Control characters from mails never reach the terminal.
 */
import { withoutControls } from '../mail/header-lines.ts';
import { coloured, coloursOn, type Tone } from './colour.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
  /** May be cut when the line is too long. */
  readonly flexible?: boolean;
  /** May be left out so that the others have room; the lowest number goes first. */
  readonly spare?: number;
  readonly tone?: (row: Row) => Tone | null;
}

/** Terminals tell their width; a pipe gets whole texts. */
export function table<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  width = process.stdout.columns,
  colours = coloursOn(),
): string {
  const columns = width === undefined ? all : withRoom(rows, all, width);
  const cells = rows.map((row) => columns.map((column) => safe(String(column.value(row) ?? '–'))));
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...cells].map((line) => [...(line[index] ?? '')].length)),
  );
  if (width !== undefined) shrink(widths, columns, width);
  const room = width ?? Number.POSITIVE_INFINITY;
  return [titles, ...cells]
    .map((line, at) => {
      const row = at === 0 ? undefined : rows[at - 1];
      const shown = line.map((cell, index) => padded(cell, widths[index] ?? 0));
      const plain = shown.join('  ').trimEnd();
      // A line that has to be cut stays without colours: their codes must not be cut in two.
      if (!colours || [...plain].length > room) return cut(plain, room);
      return shown
        .map((cell, index) => {
          const word = cell.trimEnd();
          const tone = row === undefined ? 'soft' : (columns[index]?.tone?.(row) ?? null);
          return coloured(tone, word, true) + cell.slice(word.length);
        })
        .join('  ')
        .trimEnd();
    })
    .join('\n');
}

/** Without the spare columns that would leave the texts too little room. */
function withRoom<Row>(rows: readonly Row[], all: readonly Column<Row>[], width: number): readonly Column<Row>[] {
  const needs = ({ title, value, flexible }: Column<Row>) => {
    const widest = Math.max(title.length, ...rows.map((row) => [...safe(String(value(row) ?? '–'))].length));
    return flexible === true ? Math.min(widest, READABLE) : widest;
  };
  let columns = all;
  for (const { spare } of all.filter((one) => one.spare !== undefined).sort(bySpare)) {
    if (columns.reduce((sum, one) => sum + needs(one) + 2, -2) <= width) break;
    columns = columns.filter((one) => one.spare !== spare);
  }
  return columns;
}

function bySpare(one: Column<never>, other: Column<never>): number {
  return (one.spare ?? 0) - (other.spare ?? 0);
}

/** Takes from the widest flexible column until the line fits, but leaves each enough to know it by. */
function shrink(widths: number[], columns: readonly Column<never>[], width: number): void {
  let excess = widths.reduce((sum, one) => sum + one + 2, -2) - width;
  while (excess > 0) {
    let widest = -1;
    for (const [index, { flexible }] of columns.entries()) {
      if (flexible === true && (widths[index] ?? 0) > Math.max(NARROWEST, widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
}

const NARROWEST = 8;
/** What a text should have before columns beside it are worth their room. */
const READABLE = 18;

function padded(text: string, width: number): string {
  const length = [...text].length;
  return length > width ? cut(text, width) : text + ' '.repeat(width - length);
}

function cut(text: string, width: number): string {
  const letters = [...text];
  return letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : text;
}

/** One line, no control characters: a subject could otherwise move the cursor or change colours. */
export function safe(text: string): string {
  return withoutControls(text);
}

/** Text of several lines without control characters but line breaks and tabs. */
export function safeText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** `2026-11-21 18:04` in UTC. */
export function shownTime(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

export function shownSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  if (kib < 1024) return `${kib.toFixed(kib < 10 ? 1 : 0)} KB`;
  return kib < 1024 ** 2 ? `${(kib / 1024).toFixed(1)} MB` : `${(kib / 1024 ** 2).toFixed(1)} GB`;
}
