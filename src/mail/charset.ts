/**
 * Bytes to text, for bodies and raw headers. Mail lies about its charset in a few well-known ways, and each of
 * them has cost somebody the accents of a whole language; see the rules at `decodeBytes`.
 */
import iconv from 'iconv-lite';

export interface DecodedText {
  readonly text: string;
  /** The charset that was really used, in lower case. */
  readonly charset: string;
  /** True when that is not what the mail declared (or it declared nothing and the text is not ASCII). */
  readonly guessed: boolean;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const lossyUtf8 = new TextDecoder('utf-8');

/**
 * Decodes `bytes` as `declared`, except where that can't be right:
 * - nothing, `us-ascii`, `utf-8` or an unknown name declared: UTF-8 if the bytes are valid UTF-8, else windows-1252;
 * - a latin-1 name declared: windows-1252 (its superset, WHATWG Encoding), unless the bytes hold multi-byte
 *   sequences that are all valid UTF-8, which latin text practically never is.
 */
export function decodeBytes(bytes: Uint8Array, declared: string | null): DecodedText {
  const label = (declared ?? '')
    .trim()
    .toLowerCase()
    .replace(/^["']+|["']+$/g, '');
  const ascii = isAscii(bytes);
  // Text in UTF-16 has a zero byte in every line end and blank; without one it is ASCII under a wrong label.
  const wide = label.startsWith('utf-16') || label.startsWith('utf-32');
  if (ascii && !STATEFUL.has(label) && !(wide && bytes.includes(0))) {
    return {
      text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
      charset: wide ? 'us-ascii' : label || 'us-ascii',
      guessed: wide && bytes.length > 0,
    };
  }
  if (label === '' || UNRELIABLE.has(label)) return utf8OrLatin(bytes, label);
  if (LATIN.has(label)) {
    const asUtf8 = tryUtf8(bytes);
    if (asUtf8 !== null) return { text: asUtf8, charset: 'utf-8', guessed: true };
    return { text: decodeWith(bytes, 'windows-1252'), charset: 'windows-1252', guessed: false };
  }
  if (label === 'utf-7' || iconv.encodingExists(label)) {
    return { text: decodeWith(bytes, label), charset: label, guessed: false };
  }
  // iconv-lite has no ISO-2022 family; the platform's own decoder does (WHATWG labels).
  try {
    return { text: new TextDecoder(label).decode(bytes), charset: label, guessed: false };
  } catch {
    return { ...utf8OrLatin(bytes, label), guessed: true };
  }
}

const UNRELIABLE = new Set([
  'us-ascii',
  'ascii',
  'utf-8',
  'utf8',
  'unicode-1-1-utf-8',
  'unknown-8bit',
  '8bit',
  '7bit',
  'x-unknown',
  'default',
  'binary',
  // Transfer encodings written where the charset belongs; iconv-lite would encode the text with them.
  'base64',
  'hex',
]);
const LATIN = new Set(['iso-8859-1', 'iso8859-1', 'iso_8859-1', 'latin1', 'windows-1252', 'cp1252', 'x-ansi', 'ansi']);
/** Charsets whose text is made of ASCII bytes, so that "all ASCII" proves nothing. */
const STATEFUL = new Set([
  'utf-7',
  'unicode-1-1-utf-7',
  'iso-2022-jp',
  'iso-2022-kr',
  'iso-2022-cn',
  'hz-gb-2312',
  'csiso2022jp',
]);

function utf8OrLatin(bytes: Uint8Array, label: string): DecodedText {
  const text = tryUtf8(bytes);
  if (text !== null) return { text, charset: 'utf-8', guessed: label !== 'utf-8' && label !== 'utf8' };
  // One cut character in a long UTF-8 text must not turn every other accent into two: where most of what is not
  // ASCII is good UTF-8, the bad bytes are shown as U+FFFD.
  const lossy = lossyUtf8.decode(bytes);
  if (mostlyGood(lossy)) return { text: lossy, charset: 'utf-8', guessed: true };
  return { text: decodeWith(bytes, 'windows-1252'), charset: 'windows-1252', guessed: true };
}

function mostlyGood(lossy: string): boolean {
  let good = 0;
  let bad = 0;
  for (let index = 0; index < lossy.length; index += 1) {
    const code = lossy.charCodeAt(index);
    if (code === 0xfffd) bad += 1;
    else if (code > 0x7f) good += 1;
  }
  return good > bad;
}

function tryUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function decodeWith(bytes: Uint8Array, label: string): string {
  return iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), label);
}

function isAscii(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index += 1) if ((bytes[index] ?? 0) > 0x7f) return false;
  return true;
}
