/**
 * Which lines of a mail are quoted, and which rule found that: the walk over the lines that asks the detectors in turn.
 *
 * Order of trust: our own marker line, elements of the HTML, `>` marks (RFC 3676 section 4.5), separators and header
 * blocks, quote headers. What is quoted line by line leaves the lines between it alone, because they are answers; a
 * quote that only has a header reaches to the end. Signatures are found later, in what this leaves.
 */
import {
  afterSeparator,
  headerBlockAt,
  includingRule,
  isAnyField,
  isHeaderField,
  separatorKind,
} from './header-blocks.ts';
import type { QuoteMarks } from './html-quotes.ts';
import { isEmpty, type Line, type LineFlags, lineEnd, linesInRanges, nextNotEmpty, type TextLines } from './lines.ts';
import {
  looksLikeQuoteHeader,
  mayEndQuoteHeader,
  quoteHeaderEndingAt,
  startsWithQuoteHeader,
} from './quote-headers.ts';

export type QuoteRule =
  | 'none'
  | 'reply-marker'
  | 'quote-header'
  | 'original-message'
  | 'header-block'
  | 'html-quote'
  | 'quoted-lines'
  | 'forward';

export interface Quotes {
  readonly quoted: LineFlags;
  readonly rule: QuoteRule;
  readonly confidence: number;
  /** Index of the first quoted line. */
  readonly from: number;
  /** The first quoted thing is a mail's header block or a separator: without a word above, a forwarded mail. */
  readonly startsWithBlock: boolean;
  /** Something looked like a quote and was not accepted as one. */
  readonly doubt: boolean;
}

interface Quote {
  /** Index of the first line, which may lie above the line that gave it away. */
  readonly first: number;
  /** Index of the line behind the last one. */
  readonly after: number;
  readonly rule: QuoteRule;
  /** 0..1 */
  readonly confidence: number;
}

/** What the detectors look at. */
interface Walk {
  readonly lines: readonly Line[];
  /** Line of our own marker, or -1. */
  readonly markerLine: number;
  /** Inside an element that HTML clients use for quotes, or for the line above one. */
  readonly inElement: LineFlags;
  readonly inHeader: LineFlags;
  /** Lines at which the HTML says that the quoted mail starts. */
  readonly announced: ReadonlySet<number>;
  /** Lines above this one belong to a quote that was found before. */
  floor: number;
  /** Marked line by line: in an element or with `>`. */
  isQuote(index: number): boolean;
  /** The next line that is not empty, at or behind `index`, is quoted. */
  quoteFollows(index: number): boolean;
}

/** In order of trust: the first that answers is believed. */
const DETECTORS: readonly ((walk: Walk, index: number, line: Line) => Quote | null)[] = [
  markerAt,
  markedLinesAt,
  elementHeaderAt,
  headerBlockOrSeparatorAt,
  quoteHeaderAt,
];

/** Walks the lines once and decides which are quoted. `fenced`: lines of code, which only the HTML can call quoted. */
export function findQuotes(
  split: TextLines,
  fenced: LineFlags,
  options: { readonly replyMarkers?: readonly string[]; readonly marks?: QuoteMarks },
): Quotes {
  const { lines } = split;
  const quoted = new Uint8Array(lines.length);
  const found: Quote[] = [];
  const inElement = linesInRanges(split, options.marks?.quotes ?? []);
  const walk: Walk = {
    lines,
    markerLine: firstMarkerLine(split, options.replyMarkers ?? []),
    inElement,
    inHeader: linesInRanges(split, options.marks?.headers ?? []),
    announced: announcedLines(split, options.marks?.rests ?? []),
    floor: 0,
    isQuote: (index) =>
      inElement[index] === 1 ||
      ((lines[index]?.depth ?? 0) > 0 && fenced[index] !== 1 && (found.length > 0 || !isOwnMark(split, index))),
    quoteFollows: (index) => {
      const next = nextNotEmpty(lines, index, lines.length);
      return next < lines.length && (walk.isQuote(next) || next === walk.markerLine);
    },
  };

  let doubt = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined || isEmpty(line)) continue;
    if (!doubt && !walk.isQuote(index)) doubt = looksLikeQuoteHeader(line) || isHeaderField(line);
    if (fenced[index] === 1 && !walk.isQuote(index)) continue;
    const quote = quoteAt(walk, index, line);
    if (quote === null) continue;
    found.push(quote);
    quoted.fill(1, quote.first, quote.after);
    walk.floor = quote.after;
    index = quote.after - 1;
  }
  return { quoted, doubt, ...verdict(walk, found, quoted) };
}

function quoteAt(walk: Walk, index: number, line: Line): Quote | null {
  for (const detect of DETECTORS) {
    const quote = detect(walk, index, line);
    if (quote !== null) return quote;
  }
  return null;
}

/** The rule of the first quote speaks for the mail; the least sure one for the confidence. */
function verdict(walk: Walk, found: readonly Quote[], quoted: LineFlags): Omit<Quotes, 'quoted' | 'doubt'> {
  const [top] = found;
  if (top === undefined) return { rule: 'none', confidence: 1, from: -1, startsWithBlock: false };
  const first = walk.lines[top.first];
  const startsWithBlock = top.rule === 'header-block' || (first !== undefined && separatorKind(first) === 'forward');
  // Our own line inside what another rule found: nothing is surer.
  if (walk.markerLine >= 0 && quoted[walk.markerLine] === 1) {
    return { rule: 'reply-marker', confidence: 0.95, from: top.first, startsWithBlock };
  }
  let confidence = top.confidence;
  for (const quote of found) {
    // Marked lines below a header are what the header announced: no new doubt.
    if (quote.rule !== 'quoted-lines') confidence = Math.min(confidence, quote.confidence);
  }
  return { rule: top.rule, confidence, from: top.first, startsWithBlock };
}

function markerAt(walk: Walk, index: number): Quote | null {
  if (index !== walk.markerLine || walk.isQuote(index)) return null;
  return { first: index, after: walk.lines.length, rule: 'reply-marker', confidence: 0.95 };
}

/** Lines with `>` or inside an element. What is not marked below them is an answer. */
function markedLinesAt(walk: Walk, index: number): Quote | null {
  if (!walk.isQuote(index)) return null;
  const { lines } = walk;
  const after = quotedRunEnd(lines, index, walk.isQuote);
  const opening = lines[firstWords(lines, index, after)];
  const element = walk.inElement[index] === 1;
  if (opening !== undefined && separatorKind(opening) === 'forward') {
    // A forwarded mail reaches to the end, also where only its first lines are marked.
    return { first: index, after: element ? lines.length : after, rule: 'forward', confidence: 0.6 };
  }
  return element
    ? { first: index, after, rule: 'html-quote', confidence: 0.9 }
    : { first: index, after, rule: 'quoted-lines', confidence: 0.8 };
}

/** The element of a quote header is believed where a quote follows; people type into it otherwise. */
function elementHeaderAt(walk: Walk, index: number): Quote | null {
  if (walk.inHeader[index] !== 1) return null;
  let after = index + 1;
  while (walk.inHeader[after] === 1) after += 1;
  return walk.quoteFollows(after) ? { first: index, after, rule: 'quote-header', confidence: 0.95 } : null;
}

function headerBlockOrSeparatorAt(walk: Walk, index: number, line: Line): Quote | null {
  const { lines } = walk;
  const separator = separatorKind(line);
  const block = separator === null ? headerBlock(lines, index, walk.announced.has(index)) : null;
  if (separator === null && block === null) return null;
  const behind = block === null ? afterSeparator(lines, index) : block.after;
  // Quoted line by line behind the block: what is not quoted there is an answer. Otherwise it reaches to the end.
  const after = walk.quoteFollows(behind) ? behind : lines.length;
  if (block !== null) {
    const first = includingRule(lines, index, walk.floor);
    return { first, after, rule: 'header-block', confidence: block.confidence };
  }
  const rule = separator ?? 'original-message';
  return { first: index, after, rule, confidence: rule === 'forward' ? 0.6 : 0.9 };
}

function quoteHeaderAt(walk: Walk, index: number, line: Line): Quote | null {
  const { lines } = walk;
  if (startsWithQuoteHeader(line) && (index === 0 || isEmpty(lines[index - 1]))) {
    return { first: index, after: lines.length, rule: 'quote-header', confidence: 0.8 };
  }
  if (!mayEndQuoteHeader(line)) return null;
  const quoteFollows = walk.quoteFollows(index + 1);
  const textEnds = nextNotEmpty(lines, index + 1, lines.length) === lines.length;
  const header = quoteHeaderEndingAt(lines, index, walk.floor, { quoteFollows, textEnds });
  if (header === null) return null;
  const after = quoteFollows ? index + 1 : lines.length;
  return { first: header.first, after, rule: 'quote-header', confidence: header.confidence };
}

function headerBlock(lines: readonly Line[], index: number, announced: boolean) {
  const line = lines[index];
  if (line === undefined || line.depth > 0) return null;
  const block = headerBlockAt(lines, index, announced);
  // In a language that we don't know, the HTML's word is enough when the line has the shape of a field.
  return block === null && announced && isAnyField(line) ? { after: index + 1, confidence: 0.8 } : block;
}

/**
 * One `>` line alone, without a blank behind the mark or with a number: `> 100 EUR`, a prompt, an arrow. And `>>>`
 * alone: a Python session, the transcript in a bounce.
 */
function isOwnMark({ text, lines, starts }: TextLines, index: number): boolean {
  const line = lines[index];
  if (line === undefined) return false;
  const above = lines[index - 1];
  const below = lines[index + 1];
  const alone = (above?.depth ?? 0) === 0 && (below?.depth ?? 0) === 0;
  if (!alone || line.bare === '') return false;
  if (line.depth >= 3) return true;
  // `Me sale este error:` and the error below it are the writer's; `Ana escribió:` is a header.
  if (above?.bare.endsWith(':')) return !looksLikeQuoteHeader(above);
  const mark = text.indexOf('>', starts[index]);
  return text[mark + 1] !== ' ' || /^\d/.test(line.bare);
}

/** End of the run of quoted lines from `first`, with the blank lines and the torn-off words between them. */
function quotedRunEnd(lines: readonly Line[], first: number, isQuote: (index: number) => boolean): number {
  let after = first + 1;
  while (after < lines.length) {
    const next = nextNotEmpty(lines, after, lines.length);
    if (next < lines.length && isQuote(next)) after = next + 1;
    else if (next === after && isTornOff(lines, after) && next + 1 < lines.length && isQuote(next + 1))
      after = next + 2;
    else break;
  }
  return after;
}

/**
 * The end of a long quoted line that a gateway wrapped without a `>`: short, goes on in lower case, and stands
 * between two quoted lines. An answer starts otherwise or ends a question.
 */
function isTornOff(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const above = lines[index - 1];
  if (line === undefined || above === undefined || above.bare.length < 60) return false;
  if (line.bare.length >= above.bare.length || /[.?!:;)]$/.test(above.bare)) return false;
  return /^\p{Ll}/u.test(line.bare);
}

/** Index of the first line with words from `from` on; `to` when there is none before it. */
function firstWords(lines: readonly Line[], from: number, to: number): number {
  let index = from;
  while (index < to && lines[index]?.bare === '') index += 1;
  return index;
}

/** Line of the first reply marker, or -1. */
function firstMarkerLine({ text, lines, starts }: TextLines, markers: readonly string[]): number {
  let at = -1;
  for (const marker of markers) {
    if (marker.trim() === '') continue;
    const found = text.indexOf(marker.trim());
    if (found >= 0 && (at < 0 || found < at)) at = found;
  }
  return at < 0 ? -1 : lines.findIndex((_, index) => at < (starts[index + 1] ?? 0));
}

/** The lines where the HTML said that the quoted mail starts: the first one with words at or behind each offset. */
function announcedLines(split: TextLines, offsets: readonly number[]): Set<number> {
  const { lines } = split;
  const announced = new Set<number>();
  let index = 0;
  for (const offset of offsets) {
    while (index < lines.length && (lineEnd(split, index) < offset || lines[index]?.bare === '')) index += 1;
    if (index < lines.length) announced.add(index);
  }
  return announced;
}
