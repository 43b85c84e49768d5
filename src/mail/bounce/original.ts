/**
 * The returned original inside a report: its Message-ID and its recipients, from the enclosed message, from its header
 * alone (text/rfc822-headers, RFC 6522), or from the lines that a notice appended to its text.
 */
import { normalizeAddress, readMailboxes } from '../address.ts';
import { firstHeader, type HeaderLine, readHeaderLines, unfold } from '../header-lines.ts';
import { readMessageIds } from '../message-id.ts';
import { type Part, partBytes, partText } from './mime-walk.ts';

const HEADER_TYPES = new Set([
  'text/rfc822-headers',
  'message/rfc822-headers',
  'text/rfc822-header',
  'message/partial',
  'message/external-body',
]);
const MAX_LINE = 2000;

/** Brackets kept. The report's own In-Reply-To is the last resort (Google names the original there). */
export function originalMessageId(parts: readonly Part[], lines: readonly HeaderLine[]): string | null {
  const original = returnedHeader(parts);
  const enclosed = original === null ? null : idIn(firstHeader(original, 'message-id'));
  if (enclosed !== null) return enclosed;
  for (const part of parts) {
    const found = isLeaf(part) && part.enclosed < 2 ? (headerOnly(part) ?? idInText(partText(part))) : null;
    if (found !== null) return found;
  }
  return idIn(firstHeader(lines, 'in-reply-to')) ?? idIn(firstHeader(lines, 'references'));
}

function isLeaf(part: Part): boolean {
  return part.type.startsWith('text/') || part.type.startsWith('message/');
}

/** A part whose own header is the original's: some servers append the original without a Content-Type of its own. */
function headerOnly(part: Part): string | null {
  return part.top ? null : idIn(firstHeader(part.header, 'message-id'));
}

/** To of the original, in normal form; nobody when it went to others as well, since then nothing says who failed. */
export function returnedRecipients(parts: readonly Part[]): string[] {
  const original = returnedHeader(parts);
  const copied = original === null ? firstField(parts, 'cc:') : firstHeader(original, 'cc');
  if (copied !== null) return [];
  const to = original === null ? firstField(parts, 'to:') : firstHeader(original, 'to');
  const boxes = to === null ? [] : readMailboxes(to.slice(0, 4000)).mailboxes;
  return boxes.flatMap(({ address }) => normalizeAddress(address) ?? []);
}

/** Header of the innermost returned mail: a gateway may return the report of another server. */
function returnedHeader(parts: readonly Part[]): readonly HeaderLine[] | null {
  const tops = parts.filter((part) => part.top && part.enclosed > 0 && part.header.length > 0);
  const innermost = tops.find((part) => part.type !== 'multipart/report') ?? tops[0];
  const headers = parts.find((part) => HEADER_TYPES.has(part.type));
  if (innermost !== undefined && firstHeader(innermost.header, 'message-id') !== null) return innermost.header;
  return headers === undefined ? (innermost?.header ?? null) : readHeaderLines(partBytes(headers)).lines;
}

function idIn(value: string | null): string | null {
  if (value === null) return null;
  return readMessageIds([value.slice(0, 4000)])[0] ?? bareId(value);
}

/** `Message-ID: 123@example.com`, as some write it. */
function bareId(value: string): string | null {
  const word = value.trim().slice(0, 998);
  return word.includes('@') && !/[\s<>]/.test(word) ? `<${word}>` : null;
}

/** The first line `Message-ID: …` of a text, quoted or indented; the ID may stand on the next line. */
function idInText(text: string): string | null {
  return idIn(fieldInText(text, 'message-id:'));
}

function firstField(parts: readonly Part[], name: string): string | null {
  for (const part of parts) {
    const value = part.type.startsWith('text/') ? fieldInText(partText(part), name) : null;
    if (value !== null) return value;
  }
  return null;
}

function fieldInText(text: string, name: string): string | null {
  let position = 0;
  while (position < text.length) {
    const lineFeed = text.indexOf('\n', position);
    const end = lineFeed < 0 ? text.length : lineFeed;
    const line = text.slice(position, Math.min(end, position + MAX_LINE)).replace(/^[> \t]{1,40}/, '');
    if (line.slice(0, name.length).toLowerCase() === name) {
      const nextEnd = text.indexOf('\n', end + 1);
      const next = text.slice(end + 1, Math.min(nextEnd < 0 ? text.length : nextEnd, end + MAX_LINE));
      const value = line.slice(name.length).trim();
      return unfold(value === '' ? next.replace(/^[> \t]{1,40}/, '') : value);
    }
    position = end + 1;
  }
  return null;
}
