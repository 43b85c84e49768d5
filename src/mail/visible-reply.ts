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
import { isRule } from './visible-reply/header-blocks.ts';
import type { QuoteMarks } from './visible-reply/html-quotes.ts';
import {
  fencedLines,
  isEmpty,
  type Line,
  type LineFlags,
  lineEnd,
  linesInRanges,
  splitLines,
  type TextLines,
} from './visible-reply/lines.ts';
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
  const split = splitLines(text);
  const fenced = fencedLines(split.lines);
  const quotes = findQuotes(split, fenced, options);
  const hidden = hiddenLines(split, quotes, fenced, options.marks);
  const ranges = visibleRanges(split, hidden);

  if (ranges.length === 0) {
    const forwarded = quotes.rule === 'forward' || quotes.startsWithBlock;
    return { visible: whole(text), rule: forwarded ? 'forward' : 'none', confidence: forwarded ? 0.5 : 0.1 };
  }
  if (quotes.rule !== 'none') {
    // With answers between the quoted lines there are more edges to be wrong about.
    const inline = answersBetween(split.lines, hidden, quotes.from);
    return {
      visible: ranges,
      rule: quotes.rule,
      confidence: inline ? Math.min(quotes.confidence, 0.6) : quotes.confidence,
    };
  }
  if (hidden.includes(1)) return { visible: ranges, rule: 'signature', confidence: quotes.doubt ? 0.4 : 0.8 };
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
function hiddenLines(split: TextLines, quotes: Quotes, fenced: LineFlags, marks: QuoteMarks | undefined): LineFlags {
  const { text, lines, starts } = split;
  const hidden = quotes.quoted.slice();
  hideRulesAbove(lines, hidden, fenced);
  hideMarkedSignatures(split, hidden, marks);
  const exactDelimiter = (index: number): boolean =>
    text.startsWith('-- ', starts[index]) && lineEnd(split, index) === (starts[index] ?? 0) + 3;
  let from = 0;
  while (from < lines.length) {
    // Code ends a stretch as a quote does: what stands in a fence or above one is no signature.
    if (hidden[from] === 1 || fenced[from] === 1) {
      from += 1;
      continue;
    }
    let to = from;
    while (to < lines.length && hidden[to] !== 1 && fenced[to] !== 1) to += 1;
    if (fenced[to] === 1) {
      from = to;
      continue;
    }
    for (const index of signatureLines(lines, from, to, exactDelimiter)) hidden[index] = 1;
    from = to;
  }
  return hidden;
}

function hideMarkedSignatures(split: TextLines, hidden: LineFlags, marks: QuoteMarks | undefined): void {
  if (marks === undefined) return;
  const { lines } = split;
  let above = -1;
  for (const [index, inSignature] of linesInRanges(split, marks.signatures).entries()) {
    if (inSignature === 1) {
      hidden[index] = 1;
      // Gmail writes the delimiter above its signature element.
      if (lines[above]?.bare === '--') hidden[above] = 1;
    }
    if (!isEmpty(lines[index])) above = index;
  }
}

/** The line that a program draws above the quoted mail says nothing. */
function hideRulesAbove(lines: readonly Line[], hidden: LineFlags, fenced: LineFlags): void {
  let above = -1;
  for (let index = 0; index < lines.length; index += 1) {
    if (hidden[index] === 1 && above >= 0 && hidden[above] === 0 && fenced[above] !== 1) {
      const rule = lines[above];
      if (rule !== undefined && isRule(rule)) hidden[above] = 1;
    }
    if (!isEmpty(lines[index])) above = index;
  }
}

function visibleRanges({ text, lines, starts }: TextLines, hidden: LineFlags): [number, number][] {
  const ranges: [number, number][] = [];
  let index = 0;
  while (index < lines.length) {
    const first = index;
    while (index < lines.length && hidden[index] !== 1) index += 1;
    const from = starts[first] ?? 0;
    const end = starts[index] ?? text.length;
    if (index > first && text.slice(from, end).trim() !== '') ranges.push([from, end]);
    index += 1;
  }
  return ranges;
}

/** True when the writer's words stand below something quoted. */
function answersBetween(lines: readonly Line[], hidden: LineFlags, firstQuoted: number): boolean {
  return lines.some((line, index) => index > firstQuoted && hidden[index] !== 1 && line.bare !== '');
}
