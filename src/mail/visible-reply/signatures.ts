/**
 * What a program adds below the writer's words: the signature behind `-- ` (RFC 3676 section 4.3), the line of a
 * phone, the legal notice, the footer of a mailing list.
 *
 * Only the tail of a stretch of text can be one, apart from a phone's line in a paragraph of its own. A closing and a
 * name without delimiter ("Un saludo, Ana") stay: they are the writer's words and tell the reader who speaks. A dash
 * alone, `—` or `----` is typography, no delimiter.
 */
import { isRule } from './header-blocks.ts';
import { type Line, nextNotEmpty } from './lines.ts';
import {
  DEVICE_OPENERS,
  DEVICE_WORDS,
  GREEN_WORDS,
  LEGAL_OPENERS,
  LEGAL_WORDS,
  LIST_WORDS,
  POSSESSIVES,
  PROGRAM_NAMES,
  PROGRAM_OPENERS,
  WRITER_WORDS,
} from './signature-words.ts';

/** Longest signature behind the exact delimiter, in lines with words; disclaimers of firms run to forty. */
const LONGEST_SIGNATURE = 60;
/** Behind a bare `--`, which is also typed as a separator, it must be short. */
const LONGEST_DOUBTFUL_SIGNATURE = 20;
const MOST_DEVICE_WORDS = 6;
const MOST_LEGAL_PARAGRAPHS = 40;
/** A sentence is not yet a notice: "Este mensaje es confidencial" may be what the writer says. */
const SHORTEST_NOTICE = 120;

/**
 * Indexes of the signature lines between `from` (inclusive) and `to` (exclusive), a stretch that is not quoted.
 * `exactDelimiter` tells whether a line is `-- ` with its blank.
 */
export function signatureLines(
  lines: readonly Line[],
  from: number,
  to: number,
  exactDelimiter: (index: number) => boolean,
): number[] {
  let end = to;
  const delimiter = delimiterIn(lines, from, to, exactDelimiter);
  if (delimiter >= 0) end = delimiter;
  const footer = listFooterIn(lines, from, end);
  if (footer >= 0) end = footer;
  const notice = legalNoticeIn(lines, from, end);
  if (notice >= 0) end = notice;
  const found: number[] = [];
  for (let index = from; index < end; index += 1) {
    if (isDeviceParagraph(lines, index, from, to)) found.push(index);
  }
  for (let index = end; index < to; index += 1) found.push(index);
  return found;
}

function delimiterIn(
  lines: readonly Line[],
  from: number,
  to: number,
  exactDelimiter: (index: number) => boolean,
): number {
  if (!hasBareDelimiter(lines, from, to)) return -1;
  let after = 0;
  let exact = -1;
  let doubtful = -1;
  let tidy = true;
  for (let index = to - 1; index >= from && after <= LONGEST_SIGNATURE; index -= 1) {
    const line = lines[index];
    if (line === undefined || line.bare === '') continue;
    if (line.bare === '--') {
      if (exactDelimiter(index)) exact = index;
      else if (doubtful < 0 && tidy && after > 0 && after <= LONGEST_DOUBTFUL_SIGNATURE) doubtful = index;
      // A second bare `--` further up is a separator that the writer typed.
      else tidy = false;
    } else {
      after += 1;
      if (!mayStandInSignature(line)) tidy = false;
    }
  }
  return exact >= 0 ? exact : doubtful;
}

/** Most stretches have none, and need no look at what stands below it. */
function hasBareDelimiter(lines: readonly Line[], from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (lines[index]?.bare === '--') return true;
  return false;
}

/** Names, telephones, links, slogans: short, and no question. */
function mayStandInSignature(line: Line): boolean {
  if (LEGAL_WORDS.some((word) => line.bare.toLowerCase().includes(word))) return true;
  return !line.long && !line.bare.endsWith('?') && countWords(line.bare, 14) < 14;
}

/** Mailman and its like: a rule, then a line that names the list. */
function listFooterIn(lines: readonly Line[], from: number, to: number): number {
  let after = 0;
  for (let index = to - 1; index >= from && after <= 8; index -= 1) {
    const line = lines[index];
    if (line === undefined || line.bare === '') continue;
    if (line.bare === '__' || isRule(line)) {
      const next = lines[nextNotEmpty(lines, index + 1, to)];
      const named = next?.bare.slice(0, 200).toLowerCase() ?? '';
      return after > 0 && LIST_WORDS.some((word) => named.includes(word)) ? index : -1;
    }
    after += 1;
  }
  return -1;
}

/** First line of the legal notice that ends the stretch, or -1. Walks up by paragraphs as long as they are legal. */
function legalNoticeIn(lines: readonly Line[], from: number, to: number): number {
  let notice = -1;
  let legalBelow = false;
  let end = to;
  for (let paragraphs = 0; paragraphs < MOST_LEGAL_PARAGRAPHS; paragraphs += 1) {
    while (end > from && lines[end - 1]?.bare === '') end -= 1;
    let start = end;
    while (start > from && lines[start - 1]?.bare !== '' && end - start < 80) start -= 1;
    // The writer's first paragraph is never a notice.
    if (start <= from) break;
    const words = paragraph(lines, start, end);
    const legal = LEGAL_WORDS.some((word) => words.includes(word));
    // Who asks, or asks for something, is the writer: "De acuerdo con el RGPD solicito …".
    if (WRITER_WORDS.some((word) => words.includes(word))) break;
    const opens = LEGAL_OPENERS.some((opener) => words.startsWith(opener));
    const spareTrees = GREEN_WORDS.some((word) => words.includes(word));
    const title = words.length <= 40 && legalBelow;
    if (opens && (spareTrees || title || (legal && words.length >= SHORTEST_NOTICE))) notice = start;
    else if (!legal) break;
    legalBelow ||= legal;
    end = start;
  }
  return notice;
}

/** The words of a paragraph in lower case, without the ornaments around its start. */
function paragraph(lines: readonly Line[], start: number, end: number): string {
  const words: string[] = [];
  for (let index = start; index < end; index += 1) words.push(lines[index]?.bare ?? '');
  return words
    .join(' ')
    .toLowerCase()
    .replace(/^[*_"“«¡ ]{1,4}/, '');
}

/** `Enviado desde mi iPhone`: a line of its own, nothing of a sentence in it. */
function isDeviceParagraph(lines: readonly Line[], index: number, from: number, to: number): boolean {
  const line = lines[index];
  // Where it stands first: that costs nothing, and most lines are in the middle of a paragraph.
  if (line === undefined || line.long || line.bare === '' || !standsAlone(lines, index, from, to)) return false;
  return isDeviceLine(line.bare);
}

/** The last line of all, or a paragraph of its own. */
function standsAlone(lines: readonly Line[], index: number, from: number, to: number): boolean {
  const next = lines[index + 1];
  const below = next === undefined || next.bare === '' || isRule(next);
  const above = index === from || lines[index - 1]?.bare === '' || isRuleOrDelimiter(lines[index - 1]);
  return (above && below) || nextNotEmpty(lines, index + 1, to) === to;
}

function isRuleOrDelimiter(line: Line | undefined): boolean {
  return line !== undefined && (line.bare === '--' || isRule(line));
}

function isDeviceLine(bare: string): boolean {
  if (bare.length < 8 || bare.length > 300) return false;
  const link = bare.search(/[<[(]/);
  const line = (link > 0 ? bare.slice(0, link) : bare).replace(/^[*_ ]{1,3}/, '').replace(/[*_. ]{1,4}$/, '');
  if (line.length > 90) return false;
  const lower = line.toLowerCase();
  const whole = bare.toLowerCase();
  if (PROGRAM_OPENERS.some((opener) => whole.startsWith(opener))) return countWords(line, 12) < 12;
  const opener = DEVICE_OPENERS.find((words) => lower.startsWith(words));
  if (opener === undefined) return lower.startsWith('von mein') && lower.endsWith(' gesendet');
  const rest = line.slice(opener.length).trim().split(' ');
  if (rest.length > MOST_DEVICE_WORDS || line.includes(',')) return false;
  // Devices and programs are written with a capital or a digit (iPhone, Wiko RIDGE 4G) or are one of few nouns.
  if (!rest.every((word) => /^i?[\p{Lu}\d]/u.test(word) || DEVICE_WORDS.has(word.toLowerCase()))) return false;
  // "Enviado desde Madrid" is said by a person: without "my", one of the words must be a device or a program.
  const mine = POSSESSIVES.has(opener.slice(opener.lastIndexOf(' ') + 1));
  return mine || link > 0 || rest.some((word) => PROGRAM_NAMES.has(word.toLowerCase()));
}

function countWords(text: string, most: number): number {
  let count = 0;
  let position = 0;
  while (position >= 0 && count < most) {
    count += 1;
    position = text.indexOf(' ', position + 1);
  }
  return count;
}
