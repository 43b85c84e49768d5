/**
 * Plain tables: columns padded with spaces, the widest text column cut so that lines fit the terminal. Control
 * characters from mails never reach the terminal.
 */
import { withoutControls } from '../mail/header-lines.ts';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null;
  /** May be cut when the line is too long. */
  readonly flexible?: boolean;
}

/** Terminals tell their width; a pipe gets whole texts. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width = process.stdout.columns,
): string {
  const cells = rows.map((row) => columns.map((column) => safe(String(column.value(row) ?? '–'))));
  const titles = columns.map(({ title }) => title);
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...cells].map((line) => [...(line[index] ?? '')].length)),
  );
  const total = widths.reduce((sum, one) => sum + one + 2, -2);
  if (width !== undefined && total > width) {
    for (const [index, column] of columns.entries()) {
      if (column.flexible === true) widths[index] = Math.max(8, (widths[index] ?? 0) - (total - width));
    }
  }
  return [titles, ...cells]
    .map((line) =>
      line
        .map((cell, index) => padded(cell, widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function padded(text: string, width: number): string {
  const letters = [...text];
  return letters.length > width
    ? `${letters.slice(0, width - 1).join('')}…`
    : text + ' '.repeat(width - letters.length);
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
  return kib < 1024 ? `${kib.toFixed(kib < 10 ? 1 : 0)} KB` : `${(kib / 1024).toFixed(1)} MB`;
}
