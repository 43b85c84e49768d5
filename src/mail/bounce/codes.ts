/**
 * Status codes and addresses in the free text of a delivery notice: RFC 3463 enhanced codes (`5.1.1`), SMTP reply
 * codes (RFC 5321 section 4.2) and addr-specs. Hand-written scans over single lines, so that no text can make them
 * slow; they don't judge what a line means, that is the caller's.
 */
import { normalizeAddress } from '../address.ts';

/** RFC 3463: class 2, 4 or 5; subjects run from 0 to 7. */
const ENHANCED = /^[245]\.[0-7]\.\d{1,3}$/;
const REPLY = /^[45][0-5]\d$/;
/** Words before a number that make it a reply code, so that `500 MB` is none. */
const BEFORE_REPLY = new Set([
  'said',
  'error',
  'code',
  'error_code',
  'response',
  'replied',
  'returned',
  'with',
  'smtp',
  'status',
  'reason',
  'answered',
  'dijo',
  'código',
  'error:',
  '<<<',
  '>>>',
]);

export interface Codes {
  readonly enhanced: string | null;
  readonly reply: string | null;
}

/** The codes that one line states. An enhanced code is believed only where it stands alone as a word. */
export function codesIn(line: string): Codes {
  let enhanced: string | null = null;
  let reply: string | null = null;
  let previous = '';
  for (const word of wordsOf(line)) {
    if (ENHANCED.test(word.text)) enhanced ??= word.text;
    else if (reply === null && REPLY.test(word.text) && (word.first || word.marked || BEFORE_REPLY.has(previous))) {
      reply = word.text;
    }
    previous = word.text.toLowerCase();
  }
  return { enhanced, reply };
}

interface Word {
  readonly text: string;
  readonly first: boolean;
  /** True when a mark such as a colon or a quote stands between it and the word before. */
  readonly marked: boolean;
}

const BLANKS = ' \t';
const MARKS = '()[]<>,;:#\'"`|*=';

function wordsOf(line: string): Word[] {
  const words: Word[] = [];
  let text = '';
  let marked = false;
  const finish = () => {
    const trimmed = text.endsWith('.') ? text.slice(0, -1) : text;
    if (trimmed !== '') {
      words.push({ text: trimmed, first: words.length === 0, marked });
      marked = false;
    }
    text = '';
  };
  for (const char of line) {
    // `550-5.7.1` is a reply code and an enhanced code; elsewhere a hyphen belongs to its word.
    const dash = char === '-' && (text === '' || REPLY.test(text));
    if (BLANKS.includes(char)) finish();
    else if (dash || MARKS.includes(char)) {
      finish();
      marked = true;
    } else text += char;
  }
  finish();
  return words;
}

/** What the codes amount to: the enhanced one, else one derived from the reply code (550 is 5.0.0). */
export function statusOf(codes: Codes): string | null {
  if (codes.enhanced !== null) return codes.enhanced;
  return codes.reply === null ? null : `${codes.reply.charAt(0)}.0.0`;
}

export interface FoundAddress {
  /** In normal form. */
  readonly address: string;
  readonly from: number;
  readonly to: number;
}

/** Addresses in a line, left to right, at most ten. */
export function addressesIn(line: string): FoundAddress[] {
  const found: FoundAddress[] = [];
  let at = line.indexOf('@');
  let floor = 0;
  while (at >= 0 && found.length < 10) {
    const from = localStart(line, at, floor);
    const to = domainEnd(line, at);
    // `ana...@example.com` and `ana@exam...` are addresses that somebody hid.
    const cut = line.startsWith('...', to) && !line.slice(at, to).includes('.');
    const hidden = cut || line.slice(from, at).endsWith('...');
    const address = from < at && to > at + 1 && !hidden ? normalizeAddress(line.slice(from, to)) : null;
    if (address !== null) found.push({ address, from, to });
    floor = Math.max(to, at + 1);
    at = line.indexOf('@', floor);
  }
  return found;
}

const LOCAL_CHAR = /^[A-Za-z0-9!#$%&'*+/=?^_{|}~.\-\u00a1-\uffff]$/;
const DOMAIN_CHAR = /^[A-Za-z0-9.\-_\u00a1-\uffff]$/;

function localStart(line: string, at: number, floor: number): number {
  let from = at;
  while (from > floor && at - from < 64 && LOCAL_CHAR.test(line.charAt(from - 1))) from -= 1;
  // `SMTP=ana@x`, `'ana@x'`, `.ana@x`: what stands before is no part of the address.
  while (from < at && "'.!|/=*".includes(line.charAt(from))) from += 1;
  const equals = line.slice(from, at).toLowerCase().startsWith('smtp=') ? 5 : 0;
  return from + equals;
}

function domainEnd(line: string, at: number): number {
  let to = at + 1;
  while (to < line.length && to - at < 254 && DOMAIN_CHAR.test(line.charAt(to))) to += 1;
  while (to > at + 1 && '.-_'.includes(line.charAt(to - 1))) to -= 1;
  return to;
}
