/**
 * Header fields of outgoing mails (RFC 5322 section 2.2, RFC 2047): folded, in ASCII but for an address that is not
 * (RFC 6532). What a
 * field holds can't end it: control characters are gone before anything is written.
 */
import { encodeWord, foldLines } from 'nodemailer/lib/mime-funcs';
import { withoutControls } from './header-lines.ts';

/** RFC 2047 section 2: an encoded word has at most 75 characters; our names and subjects share their line with others. */
const MAX_ENCODED_WORD = 52;
/** A word that a fold can't break must not make a line that is too long (RFC 5322 section 2.1.1). */
const LONG_WORD = /[^ ]{70}/;
const NOT_PLAIN = /[^\x20-\x7e]|=\?/;
const ATOMS = /^[\w' -]*$/;

/** One field, with its line break. `value` holds nothing but ASCII. */
export function field(name: string, value: string): string {
  return `${foldLines(`${name}: ${value}`, 76)}\r\n`;
}

/** Free text: a subject. */
export function encodeText(text: string): string {
  const line = oneLine(text);
  // Also what looks like an encoded word already: it is to be read as it was written.
  return NOT_PLAIN.test(line) || LONG_WORD.test(line) ? encodeWord(line, 'Q', MAX_ENCODED_WORD) : line;
}

/** One mailbox. `address` was checked by the caller. */
export function encodeMailbox(name: string, address: string): string {
  const line = oneLine(name);
  if (line === '') return address;
  if (NOT_PLAIN.test(line) || LONG_WORD.test(line)) return `${encodeWord(line, 'Q', MAX_ENCODED_WORD)} <${address}>`;
  return `${ATOMS.test(line) ? line : `"${line.replace(/[\\"]/g, '\\$&')}"`} <${address}>`;
}

/** RFC 5322 section 3.3, in UTC. Epoch milliseconds. */
export function encodeDate(date: number): string {
  return new Date(date).toUTCString().replace('GMT', '+0000');
}

function oneLine(text: string): string {
  return withoutControls(text).replace(/\s+/g, ' ').trim();
}
