/**
 * What the writer of a mail added, and the rest: quoted mail, signature, legal notice.
 *
 * A linear scanner over lines, with no I/O and no clock. The order of trust: our own reply marker line; what is marked
 * line by line, by an element of the HTML or by `>` (RFC 3676 section 4.5); header blocks and quote headers that clients
 * write; then signatures (section 4.3). A quote that is marked line by line leaves the lines between it visible, because
 * they are answers; a quote that only has a header reaches to the end.
 *
 * The reader of a ticket must not miss a client's words, so doubt shows more: a text that would be hidden as a whole
 * is shown whole, a forwarded mail with no word added is the content, prose that only resembles a header stays. For the
 * other direction, staff to client, the caller looks at `rule` and `confidence`: with `forward`, `none` or a low
 * confidence, text of somebody else may be visible.
 *
 * It takes text. HTML goes through `visible-reply/html-quotes.ts` and the converter first.
 */
import type { QuoteMarks } from './visible-reply/html-quotes.ts';
import { fencedLines, isEmpty, type Line, linesInRanges, splitLines } from './visible-reply/lines.ts';
import { findQuotes, type QuoteRule, type Quotes } from './visible-reply/quotes.ts';
import { signatureLines } from './visible-reply/signatures.ts';

/** A longer text is not cut at all, in UTF-16 units: nobody types so much, and a scan must not cost more. */
export const MAX_SCANNED = 256 * 1024;

/**
 * The rule that hid the first hidden line. `forward`: a forwarded mail, hidden below a comment and shown without one.
 * `html-quote`: an element of the HTML mail. `none`: nothing was cut. `too-long`: not scanned.
 */
export type ReplyRule = QuoteRule | 'signature' | 'too-long';

export interface ReplyCut {
  /** Half-open ranges [start, end) of `text` (UTF-16 offsets) that the writer added, in order; the rest is quoted. */
  readonly visible: readonly (readonly [number, number])[];
  readonly rule: ReplyRule;
  /** How sure it is that no line of somebody else is visible and no line of the writer is hidden; 0..1. */
  readonly confidence: number;
}

interface ReplyOptions {
  /** Lines that our own mails carry above the text ("write above this line"). Short, so that no client wraps them. */
  readonly replyMarkers?: readonly string[];
  /** What the HTML told about the same text. */
  readonly marks?: QuoteMarks;
}

/** Finds what the writer added. Time grows linearly with the text, whatever the text is. */
export function splitReply(text: string, options: ReplyOptions = {}): ReplyCut {
  if (text.length > MAX_SCANNED) return { visible: whole(text), rule: 'too-long', confidence: 0 };
  const lines = splitLines(text);
  const fenced = fencedLines(lines);
  const quotes = findQuotes(lines, text, fenced, options);
  const hidden = hiddenLines(lines, text, quotes, fenced, options.marks);
  const ranges = visibleRanges(lines, text, hidden);
  const written = ranges.some(([start, end]) => text.slice(start, end).trim() !== '');

  if (!written) {
    const forwarded = quotes.rule === 'forward' || quotes.startsWithBlock;
    return { visible: whole(text), rule: forwarded ? 'forward' : 'none', confidence: forwarded ? 0.5 : 0.1 };
  }
  if (quotes.rule !== 'none') {
    // With answers between the quoted lines there are more edges to be wrong about.
    const inline = answersBetween(lines, hidden, quotes.from);
    return {
      visible: ranges,
      rule: quotes.rule,
      confidence: inline ? Math.min(quotes.confidence, 0.6) : quotes.confidence,
    };
  }
  if (hidden.some((line) => line)) return { visible: ranges, rule: 'signature', confidence: quotes.doubt ? 0.4 : 0.8 };
  return { visible: whole(text), rule: 'none', confidence: quotes.doubt ? 0.4 : 0.9 };
}

/** The writer's words: trimmed at both ends, with an empty line where something was taken out between them. */
export function visibleText(text: string, cut: ReplyCut): string {
  return joined(cut.visible.map(([start, end]) => text.slice(start, end)));
}

/** Everything else, joined the same way. */
export function quotedText(text: string, cut: ReplyCut): string {
  const pieces: string[] = [];
  let position = 0;
  for (const [start, end] of cut.visible) {
    pieces.push(text.slice(position, start));
    position = end;
  }
  pieces.push(text.slice(position));
  return joined(pieces);
}

function joined(pieces: readonly string[]): string {
  // Only line breaks go: the indentation of a first line belongs to a list or to code.
  const kept = pieces.filter((piece) => piece.trim() !== '').map((piece) => withoutEmptyEdges(piece));
  return kept.join('\n\n').trim();
}

function withoutEmptyEdges(piece: string): string {
  const from = piece.search(/\S/);
  return piece.slice(piece.lastIndexOf('\n', from) + 1).trimEnd();
}

function whole(text: string): [number, number][] {
  return text === '' ? [] : [[0, text.length]];
}

/** Quoted lines, and the signatures in every stretch between them. */
function hiddenLines(
  lines: readonly Line[],
  text: string,
  quotes: Quotes,
  fenced: ReadonlySet<number>,
  marks: QuoteMarks | undefined,
): readonly boolean[] {
  const hidden = [...quotes.quoted];
  let above = -1;
  linesInRanges(lines, marks?.signatures ?? []).forEach((inSignature, index) => {
    if (inSignature) {
      hidden[index] = true;
      // Gmail writes the delimiter above its signature element.
      if (lines[above]?.bare === '--') hidden[above] = true;
    }
    if (!isEmpty(lines[index])) above = index;
  });
  const exactDelimiter = (line: Line): boolean => text.slice(line.start, line.end) === '-- ';
  let from = 0;
  while (from < lines.length) {
    // Code ends a stretch as a quote does: what stands in a fence or above one is no signature.
    if (hidden[from] === true || fenced.has(from)) {
      from += 1;
      continue;
    }
    let to = from;
    while (to < lines.length && hidden[to] !== true && !fenced.has(to)) to += 1;
    if (fenced.has(to)) {
      from = to;
      continue;
    }
    for (const index of signatureLines(lines, from, to, exactDelimiter)) hidden[index] = true;
    from = to;
  }
  return hidden;
}

function visibleRanges(lines: readonly Line[], text: string, hidden: readonly boolean[]): [number, number][] {
  const ranges: [number, number][] = [];
  let from = -1;
  lines.forEach((line, index) => {
    if (hidden[index] !== true) {
      if (from < 0) from = line.start;
      if (index + 1 < lines.length) return;
    }
    if (from < 0) return;
    const end = hidden[index] === true ? line.start : line.next;
    if (text.slice(from, end).trim() !== '') ranges.push([from, end]);
    from = -1;
  });
  return ranges;
}

/** True when the writer's words stand below something quoted. */
function answersBetween(lines: readonly Line[], hidden: readonly boolean[], firstQuoted: number): boolean {
  return lines.some((line, index) => index > firstQuoted && hidden[index] !== true && line.bare !== '');
}
