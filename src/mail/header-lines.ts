/**
 * The header of a mail as the lines that really came over the wire (RFC 5322 section 2.2).
 *
 * Everything that decides something (who writes, which ticket, human or machine) reads headers from here and
 * not from a parsing library: a library merges repeated headers, decodes display names into addresses and turns
 * raw 8-bit bytes into U+FFFD. One linear pass, no regular expression over the mail.
 */
import { decodeBytes } from './charset.ts';
import { decodeWords } from './encoded-words.ts';

export interface HeaderLine {
  /** Field name in lower case, without the colon. */
  readonly name: string;
  /** Field body as received: one character per byte (latin-1), still folded, without the final line break. */
  readonly raw: string;
}

export interface HeaderBlock {
  readonly lines: readonly HeaderLine[];
  /** Offset of the first body byte; the length of the input when there is no body. */
  readonly bodyOffset: number;
  /** Lines before the blank line that are no header fields; kept as a count, their bytes stay in the raw mail. */
  readonly malformed: number;
  /** True when a blank line ends it. */
  readonly ended: boolean;
  /** True when the block did not end within the limit: what follows was not read. */
  readonly truncated: boolean;
  /** True when the very first line is no header field: there is no header, and all of it is body. */
  readonly missing: boolean;
}

/** A header block longer than this is cut: it stops a mail of one endless header from costing memory and time. */
export const MAX_HEADER_BYTES = 256 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** Splits the header block off the start of a raw mail. `bytes` may be only the first part of the mail. */
export function readHeaderLines(bytes: Uint8Array): HeaderBlock {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const limit = Math.min(buffer.length, MAX_HEADER_BYTES);
  const lines: HeaderLine[] = [];
  let name = '';
  let bodyFrom = 0;
  let bodyTo = -1;
  let malformed = 0;
  let position = 0;
  let ended = false;
  let first = true;

  const flush = () => {
    if (bodyTo >= 0) lines.push({ name, raw: buffer.toString('latin1', bodyFrom, bodyTo) });
    bodyTo = -1;
  };

  while (position < limit) {
    const lineFeed = buffer.indexOf(LF, position);
    const next = lineFeed < 0 || lineFeed >= limit ? limit : lineFeed + 1;
    let end = lineFeed < 0 || lineFeed >= limit ? limit : lineFeed;
    if (end > position && buffer[end - 1] === CR) end -= 1;

    if (end === position && lineFeed >= 0) {
      position = next;
      ended = true;
      break;
    }
    const head = buffer[position];
    if ((head === 0x20 || head === 0x09) && bodyTo >= 0) {
      bodyTo = end;
    } else {
      flush();
      const colon = fieldNameEnd(buffer, position, end);
      if (colon > position) {
        name = buffer.toString('latin1', position, colon).trim().toLowerCase();
        bodyFrom = colon + 1;
        bodyTo = end;
      } else if (first && !isMboxFromLine(buffer, position)) {
        return { lines: [], bodyOffset: 0, malformed: 0, ended: false, truncated: false, missing: true };
      } else if (!first) {
        malformed += 1;
      }
    }
    first = false;
    position = next;
  }
  flush();
  return {
    lines,
    bodyOffset: position,
    malformed,
    ended,
    truncated: !ended && limit < buffer.length,
    missing: false,
  };
}

/** Offset of the colon of a header field, or -1. RFC 5322 section 3.6.8: printable ASCII without the colon. */
function fieldNameEnd(buffer: Buffer, from: number, to: number): number {
  // A field name may not be longer than a line (998 octets): bounds the scan of hostile lines.
  const stop = Math.min(to, from + 998);
  let blank = false;
  for (let index = from; index < stop; index += 1) {
    const byte = buffer[index] ?? 0;
    if (byte === 0x3a) return index;
    // Obsolete syntax allows white space between name and colon (section 4.5).
    if (byte === 0x20 || byte === 0x09) blank = true;
    else if (blank || byte < 0x21 || byte > 0x7e) return -1;
  }
  return -1;
}

/** `From ana@example.com Mon Jan …`: the separator line of the mbox format, left over by some pipes. */
function isMboxFromLine(buffer: Buffer, at: number): boolean {
  return buffer.toString('latin1', at, at + 5) === 'From ' || buffer.toString('latin1', at, at + 6) === '>From ';
}

/** Removes the folds of RFC 5322 section 2.2.3: a line break followed by white space becomes that white space. */
export function unfold(raw: string): string {
  if (!raw.includes('\n')) return raw.trim();
  let out = '';
  for (const line of raw.split('\n')) out += line.endsWith('\r') ? line.slice(0, -1) : line;
  return out.trim();
}

/** Raw bodies (folded, latin-1) of all fields of that name, in order. `name` in lower case. */
export function rawHeaders(lines: readonly HeaderLine[], name: string): string[] {
  const found: string[] = [];
  for (const line of lines) if (line.name === name) found.push(line.raw);
  return found;
}

/** First field of that name, unfolded, still undecoded; `null` when there is none. */
export function firstHeader(lines: readonly HeaderLine[], name: string): string | null {
  for (const line of lines) if (line.name === name) return unfold(line.raw);
  return null;
}

/**
 * The text that a person would read in this field body: raw 8-bit bytes read as UTF-8 or else as windows-1252
 * (legacy senders write latin-1 into headers), encoded words (RFC 2047) decoded, control characters made spaces.
 */
export function headerText(raw: string): string {
  const unfolded = unfold(raw);
  const text = isAscii(unfolded) ? unfolded : decodeBytes(Buffer.from(unfolded, 'latin1'), null).text;
  return withoutControls(decodeWords(text)).trim();
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7e) return false;
  return true;
}

/**
 * Control characters, line and paragraph separators become one space each: a header value is one line. Bidi controls
 * too: they turn the text around them, a file name or an amount, into another one.
 */
export function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ');
}
