/**
 * A mail that is one text and nothing else, as nearly every third is: its body is decoded here, for a fraction
 * of what looking for MIME parts costs. Only where the fields that describe the body leave no doubt; everything else is
 * for the parser of parts (mime-parts.ts), and of what both can read they make the same.
 */
import { decodeQuotedPrintable } from './decode-quoted-printable.ts';
import { type HeaderBlock, unfold } from './header-lines.ts';
import type { MimeParts } from './mime-parts.ts';
import { decodeTextPart, type TextFormat } from './text-part.ts';

/** Bytes. Larger mails are read in pieces, with room for others in between. */
const MAX_MAIL = 64 * 1024;

/** `mail` is all of it, `block` its header. `null` where it has to be looked at part by part. */
export function readSingleText(
  mail: Uint8Array,
  { lines, bodyOffset, ended, malformed }: HeaderBlock,
): MimeParts | null {
  if (mail.length > MAX_MAIL || !ended || malformed > 0) return null;
  let type: string | null = null;
  let encoding: string | null = null;
  for (const { name, raw } of lines) {
    if (name === 'content-type') {
      if (type !== null) return null;
      type = unfold(raw);
    } else if (name === 'content-transfer-encoding') {
      if (encoding !== null) return null;
      encoding = unfold(raw);
    } else if (name === 'content-disposition') return null;
  }
  const format = type === null ? UNDECLARED : readTextFormat(type);
  const bytes = withoutTransferEncoding(mail.subarray(bodyOffset), encoding ?? '');
  if (format === null || bytes === null) return null;

  const defects = new Set<string>();
  // Parts pass on their text as UTF-8, in which half a surrogate pair can't be written.
  const text = decodeTextPart(bytes, format, defects).toWellFormed().replaceAll('\r\n', '\n');
  return { texts: text === '' ? [] : [{ type: 'text/plain', text, alternative: -1 }], defects: [...defects] };
}

const UNDECLARED: TextFormat = { charset: '', flowed: false, deleteSpace: false };

/** A token, in quotes or not. Comments, escapes and continuations (RFC 2231) are for others to read. */
const PLAIN_VALUE = /^(?:[\w.:+-]{1,40}|"[\w.:+-]{1,40}")$/;

/** What a Content-Type says, where it is `text/plain` with nothing but parameters about its characters. */
function readTextFormat(value: string): TextFormat | null {
  const [type = '', ...parameters] = value.split(';');
  if (type.trim().toLowerCase() !== 'text/plain') return null;
  const found = new Map<string, string>();
  for (const parameter of parameters) {
    if (parameter.trim() === '') continue;
    const equals = parameter.indexOf('=');
    const name = parameter.slice(0, Math.max(0, equals)).trim().toLowerCase();
    const text = parameter.slice(equals + 1).trim();
    if (!ABOUT_CHARACTERS.has(name) || found.has(name) || !PLAIN_VALUE.test(text)) return null;
    found.set(name, text.replaceAll('"', ''));
  }
  const flowed = found.get('format')?.toLowerCase() === 'flowed';
  return {
    charset: found.get('charset') ?? '',
    flowed,
    deleteSpace: flowed && found.get('delsp')?.toLowerCase() === 'yes',
  };
}

const ABOUT_CHARACTERS: ReadonlySet<string> = new Set(['charset', 'format', 'delsp']);

function withoutTransferEncoding(body: Uint8Array, encoding: string): Uint8Array | null {
  switch (encoding.toLowerCase()) {
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return body;
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    default:
      return null;
  }
}
