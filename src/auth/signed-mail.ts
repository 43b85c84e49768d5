/**
 * The form of a mail in which a DKIM library may see it (RFC 6376): only what our own header reader sees, and only
 * what costs a bounded time.
 *
 * mailauth reads header names more loosely than we do: it takes `From\xa0: ana@gmail.com` for a From field. Somebody
 * could hide the From that a big provider signed behind such a byte and show us another one. So lines that are no
 * header fields for us are taken out, and so are ARC fields and Return-Path (they only cost queries and time).
 * Signatures that prove nothing are taken out too: weak or unknown algorithm, `h=` without From, `l=` (anybody can
 * write what follows the signed part). Sizes are capped where mailauth's time grows with their square:
 * 80,000 folded lines cost it 15 s.
 */

import { readHeaderLines } from '../mail/header-lines.ts';
import { plainDomain } from './plain-domain.ts';
import type { SignatureEvidence } from './verdict.ts';

/** Physical header lines; header fields; bytes of a From or Content-Type field; bytes of a DKIM-Signature. */
const MAX_LINES = 5_000;
const MAX_FIELDS = 2_000;
const MAX_PARSED_FIELD = 8 * 1024;
const MAX_SIGNATURE = 4 * 1024;

export interface SignedHeader {
  /** The header fields to verify, with the blank line that ends them. */
  readonly bytes: Buffer;
  /** `d=` of the signatures in it, in order. */
  readonly domains: readonly string[];
  /** Signatures that are not verified at all. */
  readonly refused: readonly SignatureEvidence[];
}

interface Field {
  readonly name: string;
  readonly bytes: Buffer;
}

/** `header`: from the first byte to the blank line, included. More than `maxSignatures`: none is verified. */
export function readSignedHeader(header: Buffer, maxSignatures: number): SignedHeader {
  const fields = splitFields(header);
  const signatures = fields?.filter((field) => field.name === 'dkim-signature') ?? [];
  const nothing = (note: string): SignedHeader => {
    return { bytes: Buffer.alloc(0), domains: [], refused: [{ domain: null, result: 'permerror', note }] };
  };
  if (fields === null) return nothing('the header is too long to verify');
  if (signatures.length > maxSignatures) return nothing(`${signatures.length} signatures are too many to look at`);
  const tooLong = fields.some(
    ({ name, bytes }) => (name === 'from' || name === 'content-type') && bytes.length > MAX_PARSED_FIELD,
  );
  if (tooLong && signatures.length > 0) return nothing('a header field is too long to verify');

  const counts = new Map<string, number>();
  for (const { name } of fields) if (decides(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const domains: string[] = [];
  const refused: SignatureEvidence[] = [];
  const kept: Buffer[] = [];
  for (const field of fields) {
    if (field.name.startsWith('arc-') || field.name === 'return-path') continue;
    if (field.name === 'dkim-signature') {
      const signature = readSignature(field.bytes, counts);
      if (signature.refusal !== null) {
        refused.push({ domain: signature.domain, result: 'permerror', note: signature.refusal });
        continue;
      }
      domains.push(signature.domain);
    }
    kept.push(field.bytes);
  }
  return { bytes: Buffer.concat([...kept, Buffer.from('\r\n')]), domains, refused };
}

type Signature =
  | { readonly domain: string; readonly refusal: null }
  | { readonly domain: string | null; readonly refusal: string };

/** Fields that say what a mail is about, which thread it is of, and how to read it: those that we go by. */
const DECIDING = new Set([
  'from',
  'subject',
  'message-id',
  'date',
  'to',
  'cc',
  'in-reply-to',
  'references',
  'mime-version',
]);

function decides(name: string): boolean {
  return DECIDING.has(name) || name.startsWith('content-');
}

/** `counts`: how often each deciding field stands in the header. */
function readSignature(bytes: Buffer, counts: ReadonlyMap<string, number>): Signature {
  if (bytes.length > MAX_SIGNATURE) return { domain: null, refusal: 'the signature is too long' };
  const tags = readTags(bytes.toString('latin1', bytes.indexOf(':') + 1));
  const domain = plainDomain(tags.get('d') ?? '');
  const algorithm = (tags.get('a') ?? '').toLowerCase();
  if (domain === null) return { domain, refusal: 'the signature names no domain' };
  // RFC 8301 section 3.1: rsa-sha1 must not count.
  if (algorithm !== 'rsa-sha256' && algorithm !== 'ed25519-sha256') return { domain, refusal: 'unfit algorithm' };
  const signed = (tags.get('h') ?? '').toLowerCase().split(':');
  if (!signed.includes('from')) return { domain, refusal: 'From is not signed' };
  // A signature covers the lowest fields of a name, we read the topmost: whoever replays a signed mail could put another
  // subject on top (RFC 6376 section 8.15). Where the signer has signed more of them than there are, nothing was added.
  for (const [name, count] of counts) {
    const covered = signed.filter((one) => one === name).length;
    if (count > 1 && covered < count) return { domain, refusal: `${name} stands more than once` };
  }
  if (counts.has('subject') && !signed.includes('subject')) return { domain, refusal: 'Subject is not signed' };
  if (tags.has('l')) return { domain, refusal: 'l= leaves the end of the body unsigned' };
  return { domain, refusal: null };
}

/** Tag list of RFC 6376 section 3.2; no value that matters here may contain white space. */
function readTags(text: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) tags.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).replace(/\s+/g, ''));
  }
  return tags;
}

/**
 * The fields that `readHeaderLines` sees, with their bytes. Asked line by line, so that both can't disagree about
 * what a field is. `null` when there are too many lines.
 */
function splitFields(header: Buffer): Field[] | null {
  const fields: { name: string; lines: Buffer[] }[] = [];
  let open: { name: string; lines: Buffer[] } | null = null;
  let lines = 0;
  let position = 0;
  while (position < header.length) {
    const lineFeed = header.indexOf(0x0a, position);
    const next = lineFeed < 0 ? header.length : lineFeed + 1;
    const line = header.subarray(position, next);
    position = next;
    lines += 1;
    if (lines > MAX_LINES || fields.length > MAX_FIELDS) return null;
    if (line[0] === 0x20 || line[0] === 0x09) {
      open?.lines.push(line);
    } else {
      const [field] = readHeaderLines(line).lines;
      open = field === undefined ? null : { name: field.name, lines: [line] };
      if (open !== null) fields.push(open);
    }
  }
  return fields.map((field) => ({ name: field.name, bytes: lineEnded(Buffer.concat(field.lines)) }));
}

/** A mail may stop in the middle of its header. */
function lineEnded(bytes: Buffer): Buffer {
  return bytes[bytes.length - 1] === 0x0a ? bytes : Buffer.concat([bytes, Buffer.from('\r\n')]);
}
