/**
 * The line that a client writes above a quote: `El lun, 3 ene 2022 a las 10:00, X <x@y> escribió:`, `On … wrote:`,
 * `2022-01-03 10:00 GMT+01:00 X <x@y>:`, wrapped over up to five lines or not.
 *
 * No RFC defines it (RFC 3676 knows only the `>`), so a line must give evidence: it starts like a date, it carries a
 * verb or an address, it ends like a header. `On Monday we wrote:` has no date and is prose. Words and not patterns
 * decide, on joined lines of bounded length. It does not say what is cut.
 */
import type { Line } from './lines.ts';
import { AFTER_TIME, DATE_WORDS, LEAD_FOLLOWERS, LEADS, NAME_PARTICLES, WROTE } from './quote-header-words.ts';

/** A client wraps its header over so many lines at most; seen: four. */
const MOST_LINES = 5;
/** Longest header, joined; seen: 250 characters. */
const LONGEST_HEADER = 500;

interface QuoteHeader {
  /** Index of the first line. */
  readonly first: number;
  /** 0..1 */
  readonly confidence: number;
}

const TIME = /\d[:h]\d\d(?!\d)/;
const TIME_WITH_POINT = /(?:klo?\.?|,) \d{1,2}\.\d\d(?!\d)/;
const YEAR = /(?<!\d)(?:19|20)\d\d(?!\d)/;
const NUMERIC_DATE = /\d{1,2}[/.-]\d{1,2}[/.-]\d\d/;
const ADDRESS = /[^\s@<>()[\]]@[^\s@<>()[\]]/;
const EDGE = /^["'“”«»(<[*_,.;:]+|["'“”«»)>\]*_,.;:׳]+$/g;

/** True when a line could be the last line of a quote header: cheap, and false for nearly every line. */
export function mayEndQuoteHeader(line: Line): boolean {
  if (line.long || line.bare === '') return false;
  const last = lastCharacter(line.bare);
  return last === ':' || last === '：' || WROTE.has(lastWord(line.bare));
}

/**
 * The quote header that ends at line `last`, or `null`. `quoteFollows` tells that the next words are quoted, and
 * `textEnds` that there are none: with either, less evidence is enough. `floor` is the first line that may belong to it.
 */
export function quoteHeaderEndingAt(
  lines: readonly Line[],
  last: number,
  floor: number,
  around: { readonly quoteFollows: boolean; readonly textEnds: boolean },
): QuoteHeader | null {
  let joined = '';
  let fallback: QuoteHeader | null = null;
  let worthWeighing = false;
  for (let first = last; first >= floor && first > last - MOST_LINES; first -= 1) {
    const line = lines[first];
    if (line === undefined || line.bare === '' || line.long || line.depth > 0) break;
    joined = joined === '' ? line.bare : `${line.bare} ${joined}`;
    if (joined.length > LONGEST_HEADER) break;
    // Every accepted header has a verb or an address: most lines that end with a colon are done with here.
    worthWeighing ||= line.bare.includes('@') || (line.bare.length > 2 && hasVerb(line.bare, tokensOf(line.bare)));
    if (!worthWeighing) continue;
    const evidence = weigh(joined);
    const confidence: number = startsWithDate(evidence.tokens)
      ? confidenceOfDated(evidence, around)
      : fallback === null
        ? confidenceOfNamed(evidence, around)
        : 0;
    if (confidence > 0 && startsWithDate(evidence.tokens)) return { first, confidence };
    // `Ana <ana@example.com> wrote:` may only be the last line of a header that starts with a date further up.
    if (confidence > 0) fallback = { first, confidence };
  }
  return fallback;
}

/**
 * True for a header with the quoted text behind it on the same line: the text part of Yahoo's phone program has no line
 * breaks. The whole header must be there, up to the colon.
 */
export function startsWithQuoteHeader(line: Line): boolean {
  const at = line.bare.indexOf('@');
  if (at < 0 || at > LONGEST_HEADER / 2) return false;
  const colon = line.bare.indexOf(': ', at);
  if (colon < 0 || colon > LONGEST_HEADER) return false;
  const evidence = weigh(line.bare.slice(0, colon + 1));
  if (!startsWithDate(evidence.tokens)) return false;
  return evidence.verb && confidenceOfDated(evidence, { quoteFollows: false, textEnds: false }) >= 0.95;
}

/** True for a header that was nearly one: lets the caller doubt a mail in which nothing was cut. */
export function looksLikeQuoteHeader(line: Line): boolean {
  if (line.long || line.depth > 0) return false;
  const last = lastCharacter(line.bare);
  if (last !== ':' && last !== '：') return false;
  return ADDRESS.test(line.bare) || hasVerb(line.bare, tokensOf(line.bare));
}

interface Evidence {
  readonly text: string;
  readonly tokens: readonly string[];
  readonly colon: boolean;
  readonly verb: boolean;
  readonly address: boolean;
  readonly date: boolean;
  readonly time: boolean;
}

function weigh(joined: string): Evidence {
  const undashed = joined.replace(/^[-*_ ]{1,20}/, '');
  // `---- On … wrote ----` (Zoho): the dashes do the work of the colon.
  const dashed = joined.startsWith('--') && joined.endsWith('--');
  const text = dashed ? undashed.replace(/[- ]{1,20}$/, '') : undashed.replace(/[*_ ]{1,5}$/, '');
  const tokens = tokensOf(text);
  return {
    text,
    tokens,
    colon: dashed || text.endsWith(':') || text.endsWith('：'),
    verb: hasVerb(text, tokens),
    address: ADDRESS.test(text),
    date: YEAR.test(text) || NUMERIC_DATE.test(text),
    time: TIME.test(text) || TIME_WITH_POINT.test(text),
  };
}

function hasVerb(text: string, tokens: readonly string[]): boolean {
  // Chinese puts no blank before the verb.
  return tokens.some((token) => WROTE.has(token)) || text.includes('写道') || text.includes('寫道');
}

/** Header that starts with a date: `On …`, `El …`, `2022-01-03 …`, `lun, 3 ene …`. */
function confidenceOfDated(
  evidence: Evidence,
  around: { readonly quoteFollows: boolean; readonly textEnds: boolean },
): number {
  const { verb, address, date, time, colon, text } = evidence;
  if (!/\d/.test(text)) return 0;
  if (verb && colon && around.quoteFollows) return 0.95;
  if (address) {
    // Behind the address stands the verb or nothing: "Ana <ana@cliente.example> me escribió:" is prose.
    if (!onlyVerbBehindAddress(text)) return 0;
    const named = isNameOrNothing(wordsBehindDate(text.slice(0, addressStart(text))));
    if (verb && date && time) return colon ? 0.95 : 0.85;
    if (verb && colon && (date || time) && named) return 0.9;
    // Without a verb it takes all the rest: a list of times and bare addresses is no header.
    return date && time && colon && named && text.includes('<') ? 0.9 : 0;
  }
  if (!verb || !date || !time || !colon) return 0;
  if (around.textEnds) return 0.8;
  // Without an address only the exact shape "time, Name wrote:" counts: "a las 10:00 el técnico escribió:" is prose.
  const name = wordsBehindDate(text);
  return name.length > 0 && isNameOrNothing(name) ? 0.75 : 0;
}

/** Header that starts with the person: `Ana <ana@example.com> escreveu no dia …:`, `Quoting Ana <ana@example.com>:`. */
function confidenceOfNamed(
  evidence: Evidence,
  around: { readonly quoteFollows: boolean; readonly textEnds: boolean },
): number {
  const { verb, address, date, time, colon, text } = evidence;
  if (!address || !colon) return 0;
  const bracket = text.search(/[<([]/);
  const before = bracket < 0 ? [] : text.slice(0, bracket).trim().split(' ');
  const name = before.length > 0 && before.length <= 6 && isName(before);
  if (verb && name && date && time) return 0.9;
  if (verb && name && around.quoteFollows) return 0.9;
  if (around.quoteFollows && endsWithAddress(text) && before.length <= 8) return 0.7;
  return 0;
}

function startsWithDate(tokens: readonly string[]): boolean {
  const [first = '', second = '', third = ''] = tokens;
  if (isDateToken(first)) return true;
  if (!LEADS.has(first)) return false;
  return isDateToken(second) || (LEAD_FOLLOWERS.has(second) && isDateToken(third));
}

function isDateToken(token: string): boolean {
  const code = token.charCodeAt(0);
  return (code >= 0x30 && code <= 0x39) || DATE_WORDS.has(token);
}

/** The last word is an address, so nothing that a person would say follows it. */
function endsWithAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  return at >= 0 && !/\s\S{2,}/.test(text.slice(at));
}

/** `…<ana@cliente.example> escribió:`: from the address on, nothing but verbs. */
function onlyVerbBehindAddress(text: string): boolean {
  const behind = text.slice(text.lastIndexOf('@'));
  const from = behind.search(/[\s>]/);
  if (from < 0) return true;
  return tokensOf(behind.slice(from)).every(
    (token) => WROTE.has(token) || isAuxiliary(token) || /[^\u0000-\u24ff]/.test(token),
  );
}

/** Offset of the word that holds the first address. */
function addressStart(text: string): number {
  const at = text.indexOf('@');
  return text.lastIndexOf(' ', at) + 1;
}

/** `…10:00 CET, Ana María de la Fuente escribió:`: the words behind the last digit that name somebody. */
function wordsBehindDate(text: string): string[] {
  let from = text.length;
  while (from > 0 && !/\d/.test(text.charAt(from - 1))) from -= 1;
  return text
    .slice(from)
    .replace(/[:：,.]/g, ' ')
    .split(' ')
    .filter((token) => {
      const lower = token.toLowerCase().replace(EDGE, '');
      return (
        lower !== '' && !WROTE.has(lower) && !AFTER_TIME.has(lower) && !DATE_WORDS.has(lower) && !isAuxiliary(lower)
      );
    });
}

function isNameOrNothing(words: readonly string[]): boolean {
  return words.length === 0 || (words.length <= 7 && isName(words));
}

/** "a écrit", "ha scritto", "va escriure": the small word before the verb. */
function isAuxiliary(token: string): boolean {
  return token === 'a' || token === 'ha' || token === 'va' || token === '';
}

/** Words with a capital (or of a script without capitals), small particles allowed between them. */
function isName(tokens: readonly string[]): boolean {
  let capitals = 0;
  for (const token of tokens) {
    const word = token.replace(EDGE, '');
    if (word === '' || word === '-' || NAME_PARTICLES.has(word)) continue;
    const head = word.charAt(0);
    if (head !== head.toUpperCase()) return false;
    capitals += 1;
  }
  return capitals > 0;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  // `<ana@example.com>wrote:`: some clients leave no blank behind the address.
  for (const token of text.toLowerCase().replaceAll('>', '> ').split(' ')) {
    const word = token.replace(EDGE, '');
    if (word !== '') tokens.push(word);
  }
  return tokens;
}

function lastCharacter(text: string): string {
  let at = text.length - 1;
  while (at > 0 && (text[at] === '*' || text[at] === '_' || text[at] === ' ')) at -= 1;
  return text.charAt(at);
}

function lastWord(text: string): string {
  const trimmed = text.endsWith('-') ? text.replace(/[- ]{1,20}$/, '') : text;
  return trimmed
    .slice(Math.max(trimmed.lastIndexOf(' '), trimmed.lastIndexOf('>')) + 1)
    .toLowerCase()
    .replace(EDGE, '');
}
