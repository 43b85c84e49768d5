/**
 * Addresses: one strict reading of a mailbox list (RFC 5322 section 3.4) and the normal form for comparing.
 *
 * A parsing library must not decide who writes: some decode a display name and find an address in it, others take
 * the last of two From headers. The reader here is linear, knows quoted strings and comments, never looks into
 * encoded words, and says what is wrong instead of guessing.
 */
import { domainToASCII } from 'node:url';

export interface Mailbox {
  /** As written: local part and domain. */
  readonly address: string;
  /** Display name as written (still encoded); empty when there is none. */
  readonly rawName: string;
}

export interface MailboxList {
  readonly mailboxes: readonly Mailbox[];
  /** True when a group (`Team: a@x, b@y;`) stands in the list, even an empty one. */
  readonly hasGroup: boolean;
  /** Entries that are no mailbox, as written (bounded). */
  readonly invalid: readonly string[];
}

/** A To or Cc header with more entries than this is read up to here. */
const MAX_MAILBOXES = 1000;

/** Reads an address header field body (unfolded or not). Total: any text gives a list. */
export function readMailboxes(value: string): MailboxList {
  const mailboxes: Mailbox[] = [];
  const invalid: string[] = [];
  let hasGroup = false;
  let entry = new Entry();

  const finish = () => {
    const result = entry.read();
    if (result === 'invalid') invalid.push(entry.source.trim().slice(0, 200));
    else if (result !== 'empty') mailboxes.push(result);
    entry = new Entry();
  };

  let index = 0;
  while (index < value.length && mailboxes.length + invalid.length < MAX_MAILBOXES) {
    const char = value[index] ?? '';
    if (char === '"') {
      const end = quotedEnd(value, index);
      entry.quoted(value.slice(index, end));
      index = end;
    } else if (char === '(') {
      const end = commentEnd(value, index);
      entry.comment(value.slice(index, end));
      index = end;
    } else if (char === '<') {
      const end = angleEnd(value, index);
      entry.angle(value.slice(index, end));
      index = end;
    } else if (char === ',') {
      finish();
      index += 1;
    } else if (char === ':' || char === ';') {
      // Outside quotes and brackets these two only make groups.
      hasGroup = true;
      if (char === ':') entry = new Entry();
      else finish();
      index += 1;
    } else {
      entry.plain(char);
      index += 1;
    }
  }
  finish();
  return { mailboxes, hasGroup, invalid };
}

/** One entry of the list while it is being read. */
class Entry {
  source = '';
  private words = '';
  private hasWords = false;
  private address: string | null = null;
  private note = '';
  private broken = false;
  private afterAngle = false;

  plain(char: string): void {
    this.source += char;
    const blank = char === ' ' || char === '\t' || char === '\r' || char === '\n';
    if (this.afterAngle && !blank) this.broken = true;
    if (!blank) this.hasWords = true;
    this.words += char;
  }

  quoted(text: string): void {
    this.source += text;
    if (this.afterAngle || text.length < 2 || !text.endsWith('"')) this.broken = true;
    this.hasWords = true;
    this.words += text;
  }

  comment(text: string): void {
    this.source += text;
    if (!text.endsWith(')')) this.broken = true;
    // A comment inside an address would make two readers see two addresses.
    if (this.hasWords && !this.afterAngle) this.words += ' ';
    this.note ||= text.slice(1, -1);
  }

  angle(text: string): void {
    this.source += text;
    if (this.address !== null || !text.endsWith('>')) this.broken = true;
    this.address = text.slice(1, -1).trim();
    this.afterAngle = true;
  }

  read(): Mailbox | 'empty' | 'invalid' {
    if (this.source.trim() === '') return 'empty';
    if (this.broken || hasControl(this.source)) return 'invalid';
    const words = this.words.trim();
    const address = this.address ?? words;
    if (!isAddress(address)) return 'invalid';
    return { address, rawName: this.address === null ? this.note : words };
  }
}

/** NUL and friends have no place in an address header; tabs and line breaks are folding. */
function hasControl(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f) return true;
  }
  return false;
}

function quotedEnd(text: string, from: number): number {
  for (let index = from + 1; index < text.length; index += 1) {
    const char = text[index];
    if (char === '\\') index += 1;
    else if (char === '"') return index + 1;
  }
  return text.length;
}

function commentEnd(text: string, from: number): number {
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    const char = text[index];
    if (char === '\\') index += 1;
    else if (char === '(') depth += 1;
    else if (char === ')') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return text.length;
}

function angleEnd(text: string, from: number): number {
  for (let index = from + 1; index < text.length; index += 1) {
    const char = text[index];
    if (char === '>') return index + 1;
    if (char === '"') index = quotedEnd(text, index) - 1;
    else if (char === '<') return index;
  }
  return text.length;
}

const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;
const ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.\u00a1-\u{10ffff}]+$/u;
const QUOTED = /^"(?:[^"\\\r\n]|\\[^\r\n])*"$/;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** One address, `local@domain` (RFC 5321 section 4.1.2), UTF-8 allowed (RFC 6531); no domain literal. */
export function isAddress(text: string): boolean {
  return normalizeAddress(text) !== null;
}

/**
 * The form in which addresses are compared and stored: local part case-folded, domain in lower-case A-labels.
 * `null` when the text is no address. `+tag` counts unless `stripTag` is set (`ana+web@x` is then `ana@x`).
 */
export function normalizeAddress(text: string, options: { readonly stripTag?: boolean } = {}): string | null {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > MAX_LOCAL + 1 + MAX_DOMAIN * 4) return null;
  let local = text.slice(0, at);
  // Encoded words are not allowed in an address (RFC 2047 section 5): what looks like one was meant to deceive.
  if (local.includes('=?')) return null;
  // Controls and characters without a shape (bidi marks, soft hyphens) make two addresses look like one.
  if (/[\p{Cc}\p{Cf}]/u.test(text)) return null;
  if (Buffer.byteLength(local) > MAX_LOCAL || !(ATOM.test(local) || QUOTED.test(local))) return null;
  const domain = normalizeDomain(text.slice(at + 1));
  if (domain === null) return null;
  if (local.startsWith('"')) local = unquotedIfAtom(local);
  const folded = local.normalize('NFC').toLowerCase();
  // `İ` grows when it is folded.
  if (folded !== local && (Buffer.byteLength(folded) > MAX_LOCAL || !(ATOM.test(folded) || QUOTED.test(folded))))
    return null;
  local = folded;
  if (options.stripTag === true && !local.startsWith('"')) {
    const plus = local.indexOf('+');
    if (plus > 0) local = local.slice(0, plus);
  }
  return `${local}@${domain}`;
}

/** `"ana"@x` and `ana@x` are the same mailbox (RFC 5321 section 4.1.2). */
function unquotedIfAtom(local: string): string {
  const inner = local.slice(1, -1).replace(/\\(.)/g, '$1');
  return ATOM.test(inner) && !inner.includes('@') ? inner : local;
}

/** Lower-case A-labels (RFC 5890), without a final dot; `null` when it can't be the name of a mail domain. */
export function normalizeDomain(text: string): string | null {
  const trimmed = text.endsWith('.') ? text.slice(0, -1) : text;
  if (trimmed === '' || trimmed.length > MAX_DOMAIN * 4) return null;
  const ascii = isPlainHost(trimmed) ? trimmed.toLowerCase() : toALabels(trimmed);
  if (ascii === '' || ascii.length > MAX_DOMAIN) return null;
  for (const label of ascii.split('.')) if (!LABEL.test(label)) return null;
  return ascii;
}

/** `domainToASCII` reads its argument as the host of a URL, and a URL ends its host at `/`, `?` or `#`: let nothing of that in. */
function toALabels(text: string): string {
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char < '\u0080' && !/[A-Za-z0-9._-]/.test(char)) return '';
  }
  return domainToASCII(text);
}

function isPlainHost(text: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(text) && !/(?:^|\.)xn--/i.test(text);
}

/** The domain of an address in normal form. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** The local part of an address in normal form. */
export function localPartOf(address: string): string {
  return address.slice(0, address.lastIndexOf('@'));
}
