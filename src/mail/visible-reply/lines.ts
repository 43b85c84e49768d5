/**
 * The lines of a mail's text, as the reply scanner sees them: offsets, whether the line is quoted with `>`, and its
 * words without the invisible characters that clients sprinkle around quote headers.
 *
 * One pass over the text with indexOf; `>` quoting as RFC 3676 section 4.5 describes it. It does not decide what is
 * hidden: that is `visible-reply.ts`.
 */

/** A line longer than this is prose or data, never a quote header: detectors look at no more than that much of it. */
const LONGEST_LINE = 1_000;

export interface Line {
  /** Offset of the first character. */
  readonly start: number;
  /** Offset behind the last character, line break excluded. */
  readonly end: number;
  /** Offset of the next line (the length of the text for the last one). */
  readonly next: number;
  /** Number of `>` at the start of the line; 0 for a line that is not quoted. */
  readonly depth: number;
  /** The words: without `>` marks, bidi and zero-width characters, trimmed; cut at LONGEST_LINE. */
  readonly bare: string;
  /** True when `bare` is not the whole line. */
  readonly long: boolean;
  /** Offset of the first character of `bare` in the text (the end for a line without words). */
  readonly words: number;
}

const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const HARD_SPACE = /[\u00a0\u2007\u202f\t]/g;

/** Splits a text into lines. Handles LF and CRLF; a lone CR is a character like any other. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start < text.length) {
    const lineFeed = text.indexOf('\n', start);
    const next = lineFeed < 0 ? text.length : lineFeed + 1;
    let end = lineFeed < 0 ? text.length : lineFeed;
    if (end > start && text.charCodeAt(end - 1) === 0x0d) end -= 1;
    lines.push(readLine(text, start, end, next));
    start = next;
  }
  return lines;
}

function readLine(text: string, start: number, end: number, next: number): Line {
  let words = start;
  let depth = 0;
  // `>`, `> >`, ` > `: marks with blanks between them. Indentation of more than three blanks is not a quote mark.
  let blanks = 0;
  while (words < end) {
    const code = text.charCodeAt(words);
    if (code === 0x3e && blanks <= 3) {
      depth += 1;
      blanks = 0;
    } else if (code === 0x20 || code === 0x09 || code === 0xa0) {
      blanks += 1;
    } else {
      break;
    }
    words += 1;
  }
  // `>From ` is how some mail stores escape a line of prose that starts with From; `>:` ends a quote header that was
  // wrapped inside its address.
  if (depth === 1 && (text.startsWith('>From ', start) || text.startsWith('>:', start))) depth = 0;
  const long = end - words > LONGEST_LINE;
  const bare = clean(text.slice(words, long ? words + LONGEST_LINE : end));
  return { start, end, next, depth, bare, long, words };
}

/** Without invisible characters, hard spaces made soft, trimmed. */
function clean(words: string): string {
  return words.replace(INVISIBLE, '').replace(HARD_SPACE, ' ').trim();
}

/** A line with nothing on it, not even a quote mark. */
export function isEmpty(line: Line | undefined): boolean {
  return line !== undefined && line.bare === '' && line.depth === 0;
}

/** Index of the first line that is not empty at or after `from` and before `to`; `to` when there is none. */
export function nextNotEmpty(lines: readonly Line[], from: number, to: number): number {
  let index = from;
  while (index < to && isEmpty(lines[index])) index += 1;
  return index;
}

/**
 * Lines inside a closed ``` fence. The writer shows code or a log there, so nothing in it is a header or a signature.
 * A fence that is never closed fences nothing.
 */
export function fencedLines(lines: readonly Line[]): Set<number> {
  const fenced = new Set<number>();
  let open = -1;
  lines.forEach((line, index) => {
    if (line.depth > 0 || !line.bare.startsWith('```')) return;
    if (open < 0) {
      open = index;
      return;
    }
    for (let inside = open; inside <= index; inside += 1) fenced.add(inside);
    open = -1;
  });
  return fenced;
}

/** One flag a line: its first word lies in one of the ranges. Ranges are in order and don't overlap. */
export function linesInRanges(lines: readonly Line[], ranges: readonly (readonly [number, number])[]): boolean[] {
  let current = 0;
  return lines.map((line) => {
    while (current < ranges.length && (ranges[current]?.[1] ?? 0) <= line.words) current += 1;
    const range = ranges[current];
    return range !== undefined && line.bare !== '' && line.words >= range[0] && line.words < range[1];
  });
}
