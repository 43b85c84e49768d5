/**
 * The lines of a mail's text, as the reply scanner sees them: offsets, whether the line is quoted with `>`, and its
 * words without the invisible characters that clients sprinkle around quote headers.
 *
 * One pass over the text with indexOf; `>` quoting as RFC 3676 section 4.5 describes it. It does not decide what is
 * hidden: that is `visible-reply.ts`.
 *
 * A text may have as many lines as characters. What is kept for each line costs the collector more than the scan costs,
 * and ever more the longer the text: so offsets and flags are typed arrays, and lines without words share one object.
 */

/** A line longer than this is prose or data, never a quote header: detectors look at no more than that much of it. */
const LONGEST_LINE = 1_000;

export interface Line {
  /** Number of `>` at the start of the line; 0 for a line that is not quoted. */
  readonly depth: number;
  /** The words: without `>` marks, bidi and zero-width characters, trimmed; cut at LONGEST_LINE. */
  readonly bare: string;
  /** True when `bare` is not the whole line. */
  readonly long: boolean;
}

/** A text and its lines. */
export interface TextLines {
  readonly text: string;
  readonly lines: readonly Line[];
  /** Offset of each line's first character, and of the end of the text behind them. */
  readonly starts: Uint32Array;
}

/** One flag a line, 0 or 1. */
export type LineFlags = Uint8Array;

/** Lines without words, by depth: nothing tells them apart but where they stand. */
const WITHOUT_WORDS: readonly Line[] = [0, 1, 2, 3].map((depth) => ({ depth, bare: '', long: false }));

/** Room for the offsets of a usual mail; it grows. */
const FEW_LINES = 64;

const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const HARD_SPACE = /[\u00a0\u2007\u202f\t]/g;
/** What `clean` changes, blanks at the ends apart. */
const UNUSUAL = new RegExp(`${INVISIBLE.source}|${HARD_SPACE.source}`);

/** Splits a text into lines. Handles LF and CRLF; a lone CR is a character like any other. */
export function splitLines(text: string): TextLines {
  const lines: Line[] = [];
  let starts = new Uint32Array(FEW_LINES);
  let start = 0;
  const unusual = UNUSUAL.test(text);
  while (start < text.length) {
    const lineFeed = text.indexOf('\n', start);
    const next = lineFeed < 0 ? text.length : lineFeed + 1;
    lines.push(readLine(text, start, endOf(text, start, next), unusual));
    if (lines.length === starts.length) starts = twiceAsLong(starts);
    starts[lines.length] = next;
    start = next;
  }
  return { text, lines, starts };
}

function twiceAsLong(short: Uint32Array): Uint32Array<ArrayBuffer> {
  const long = new Uint32Array(short.length * 2);
  long.set(short);
  return long;
}

/** Offset behind the last character of the line from `start` to `next`, line break excluded. */
function endOf(text: string, start: number, next: number): number {
  const end = text.charCodeAt(next - 1) === 0x0a ? next - 1 : next;
  return end > start && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
}

/** Offset behind the last character of a line, line break excluded. */
export function lineEnd({ text, starts }: TextLines, index: number): number {
  return endOf(text, starts[index] ?? 0, starts[index + 1] ?? text.length);
}

/** `unusual`: somewhere in the text is a character that has to be cleaned away. */
function readLine(text: string, start: number, end: number, unusual: boolean): Line {
  const marks = marksOf(text, start, end);
  let { depth } = marks;
  const { words } = marks;
  // `>From ` is how some mail stores escape a line of prose that starts with From; `>:` ends a quote header that was
  // wrapped inside its address.
  if (depth === 1 && (text.startsWith('>From ', start) || text.startsWith('>:', start))) depth = 0;
  const long = end - words > LONGEST_LINE;
  const whole = words === end ? '' : text.slice(words, long ? words + LONGEST_LINE : end);
  const bare = unusual ? clean(whole) : whole.trim();
  const shared = bare === '' && !long ? WITHOUT_WORDS[depth] : undefined;
  return shared ?? { depth, bare, long };
}

/**
 * The marks at the start of a line, `>`, `> >`, ` > `, with blanks between them: how many, and the offset of the first
 * character behind them (the end for a line without words). Indentation of more than three blanks is not a quote mark.
 */
function marksOf(text: string, start: number, end: number): { depth: number; words: number } {
  let words = start;
  let depth = 0;
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
  return { depth, words };
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
export function fencedLines(lines: readonly Line[]): LineFlags {
  const fenced = new Uint8Array(lines.length);
  let open = -1;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined || line.depth > 0 || !line.bare.startsWith('```')) continue;
    if (open < 0) {
      open = index;
      continue;
    }
    fenced.fill(1, open, index + 1);
    open = -1;
  }
  return fenced;
}

/** The lines whose first word lies in one of the ranges. Ranges are in order and don't overlap. */
export function linesInRanges(split: TextLines, ranges: readonly (readonly [number, number])[]): LineFlags {
  const { text, lines, starts } = split;
  const inside = new Uint8Array(lines.length);
  let current = 0;
  for (let index = 0; index < lines.length && current < ranges.length; index += 1) {
    const { words } = marksOf(text, starts[index] ?? 0, lineEnd(split, index));
    while (current < ranges.length && (ranges[current]?.[1] ?? 0) <= words) current += 1;
    const range = ranges[current];
    if (range !== undefined && lines[index]?.bare !== '' && words >= range[0] && words < range[1]) inside[index] = 1;
  }
  return inside;
}
