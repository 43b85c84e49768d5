/**
 * A mail as data. Total: any bytes give a `ParsedMail`; what is wrong with them is listed in `defects` and never
 * thrown. Knows RFC 5322 and MIME, nothing about tickets, and decides nothing.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { normalizeAddress, readMailboxes } from './address.ts';
import { decodeBytes } from './charset.ts';
import { firstHeader, type HeaderLine, headerText, rawHeaders, readHeaderLines, unfold } from './header-lines.ts';
import { htmlToPlainText } from './html-text.ts';
import {
  ATTACHMENT_LIMITS,
  type AttachmentKeeper,
  type AttachmentLimits,
  collectAttachments,
  type ParsedAttachment,
} from './keep-attachments.ts';
import { readMessageIds } from './message-id.ts';
import { readMimeParts, type TextPart } from './mime-parts.ts';
import { readSender, type Sender } from './sender.ts';
import { readSingleText } from './single-text.ts';
import { markHtmlQuotes, type QuoteMarks, takeQuoteMarks, withoutQuoteMarks } from './visible-reply/html-quotes.ts';

export interface ParsedMail {
  readonly lines: readonly HeaderLine[];
  readonly sender: Sender;
  /** Addresses of To and then Cc in normal form, in header order, without repeats. */
  readonly headerRecipients: readonly string[];
  readonly subject: string;
  /** With angle brackets; `null` when the mail has none that can be used. */
  readonly messageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** What the Date header says, epoch milliseconds; `null` when it is missing or nonsense. */
  readonly date: number | null;
  readonly receivedCount: number;
  /** The whole body as text; from text/plain, else from HTML. Line ends are `\n`. */
  readonly text: string;
  /** What the HTML says of quotes and signatures in `text`, for `splitReply`. */
  readonly quoteMarks: QuoteMarks;
  /** HTML as received (parts joined), never sanitised; `null` when there is none. */
  readonly html: string | null;
  readonly attachments: readonly ParsedAttachment[];
  /** SHA-256 (hex) over sender, Message-ID and content: the same mail again, by whatever route, has the same. */
  readonly fingerprint: string;
  readonly defects: readonly string[];
}

export interface MailSource {
  /** The first bytes of the mail: at least the header block or 256 KB of it, whichever is less. */
  readonly start: Uint8Array;
  /** The whole mail from its first byte. */
  open(): Readable;
  /** Where another thread finds the whole mail: `start` is all of it, or this file. Absent: nowhere. */
  readonly whole?: 'start' | { readonly file: string };
}

const MAX_SUBJECT = 998;
/** Defects of a part whose structure could be followed. */
const HARMLESS: ReadonlySet<string> = new Set(['charset-guessed', 'text-cut', 'nul-bytes']);

/** A mail that is in memory as a whole. */
export function bufferSource(bytes: Uint8Array): MailSource {
  return { start: bytes, open: () => new BytesStream(bytes), whole: 'start' };
}

const CHUNK_BYTES = 64 * 1024;

/** `Readable.from` costs a quarter of what parsing a small mail does. */
class BytesStream extends Readable {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    super();
    this.bytes = bytes;
  }

  override _read(): void {
    const part = this.bytes.subarray(this.at, this.at + CHUNK_BYTES);
    this.at += part.length;
    if (part.length > 0) this.push(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    if (this.at >= this.bytes.length) this.push(null);
  }
}

/** Rejects only where the source or the keeper does (a fault of ours: disk, not mail). */
export async function parseMail(
  source: MailSource,
  keeper: AttachmentKeeper | null,
  limits: AttachmentLimits = ATTACHMENT_LIMITS,
): Promise<ParsedMail> {
  const block = readHeaderLines(source.start);
  const { lines } = block;
  const defects: string[] = [];
  if (block.truncated) defects.push('header-too-large');
  if (block.missing) defects.push('no-header');
  if (block.malformed > 0) defects.push('malformed-header-lines');

  const collector = collectAttachments(keeper, limits);
  const single = source.whole === 'start' ? readSingleText(source.start, block) : null;
  const parts = single ?? (await readMimeParts(block.missing ? afterBlankLine(source) : source.open(), collector.read));
  const { attachments } = collector;
  defects.push(...collector.defects, ...parts.defects);

  const broken = parts.defects.some((defect) => !HARMLESS.has(defect));
  const body = readBody(parts.texts, defects);
  if (broken && body.text.trim() === '' && attachments.length === 0)
    body.text = rawBody(source.start, block.bodyOffset);

  const { defects: inFields, ...fields } = readFields(lines);
  defects.push(...inFields);
  const identity = fields.messageId ?? `${fields.subject}\n${firstHeader(lines, 'date') ?? ''}`;

  return {
    lines,
    text: body.text,
    quoteMarks: body.quoteMarks,
    html: body.html,
    attachments,
    fingerprint: fingerprint(fields.sender, identity, body, attachments),
    defects,
    ...fields,
  };
}

/** What the header alone says, and what is wrong with that. */
export function readFields(
  lines: readonly HeaderLine[],
): Omit<ParsedMail, 'lines' | 'text' | 'quoteMarks' | 'html' | 'attachments' | 'fingerprint'> {
  const defects: string[] = [];
  const messageId = readMessageIds(rawHeaders(lines, 'message-id').slice(0, 1))[0] ?? null;
  if (messageId === null) defects.push('no-message-id');
  const wholeSubject = headerText(rawHeaders(lines, 'subject')[0] ?? '');
  const subject = wholeSubject.slice(0, MAX_SUBJECT);
  if (subject.length < wholeSubject.length) defects.push('subject-cut');
  const date = readDate(firstHeader(lines, 'date'));
  if (date === null) defects.push('no-valid-date');
  return {
    sender: readSender(lines),
    headerRecipients: recipients(lines),
    subject,
    messageId,
    inReplyTo: readMessageIds(rawHeaders(lines, 'in-reply-to')),
    references: readMessageIds(rawHeaders(lines, 'references')),
    date,
    receivedCount: rawHeaders(lines, 'received').length,
    defects,
  };
}

/** Without a header the MIME parser would take the first paragraph for one. */
function afterBlankLine(source: MailSource): Readable {
  async function* body() {
    yield Buffer.from('\r\n');
    yield* source.open();
  }
  return Readable.from(body(), { objectMode: false });
}

/** Characters of HTML that are converted for one mail, and of text that is kept, whatever number of parts they are in. */
const MAX_CONVERTED_HTML = 1_000_000;
const MAX_TEXT = 2 * 1024 * 1024;

function addOnce(defects: string[], defect: string): void {
  if (!defects.includes(defect)) defects.push(defect);
}

interface Body {
  text: string;
  html: string | null;
  /** Where elements of the HTML say that quotes and signatures stand in `text`. */
  quoteMarks: QuoteMarks;
}

/** Text from text/plain, else from HTML, for each alternative on its own; what stands outside of any is kept in order. */
function readBody(texts: readonly TextPart[], defects: string[]): Body {
  const plainIn = new Set<number>();
  for (const part of texts) {
    if (part.type === 'text/plain' && part.alternative >= 0 && part.text.trim() !== '') plainIn.add(part.alternative);
  }
  const marked: string[] = [];
  const html: string[] = [];
  let htmlLeft = MAX_CONVERTED_HTML;
  for (const part of texts) {
    if (part.type === 'text/plain') {
      if (part.text.trim() !== '') marked.push(withoutQuoteMarks(lineFeeds(part.text)));
      continue;
    }
    html.push(part.text);
    if (part.alternative >= 0 && plainIn.has(part.alternative)) continue;
    const readable = part.text.slice(0, htmlLeft);
    htmlLeft -= readable.length;
    const converted = htmlToPlainText(markHtmlQuotes(readable));
    if (converted.truncated || readable.length < part.text.length) addOnce(defects, 'html-too-large');
    if (converted.text.trim() !== '') marked.push(converted.text);
  }
  const whole = marked.join('\n');
  // `<li>` and `<blockquote>` make more text than there is HTML.
  if (whole.length > MAX_TEXT) addOnce(defects, 'text-cut');
  const { text, marks } = takeQuoteMarks(whole.slice(0, MAX_TEXT));
  return { text, html: html.length === 0 ? null : html.join('\n'), quoteMarks: marks };
}

/** What stands behind the header where MIME could not be followed: better shown raw than not at all. */
function rawBody(start: Uint8Array, bodyOffset: number): string {
  const { text } = decodeBytes(start.subarray(bodyOffset, bodyOffset + 64 * 1024), null);
  return lineFeeds(text).replaceAll('\u0000', '\ufffd');
}

/** A bare CR is a line end too: encoded bodies have them, where no door could see it. */
function lineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function recipients(lines: readonly HeaderLine[]): string[] {
  const found = new Set<string>();
  for (const name of ['to', 'cc']) {
    for (const raw of rawHeaders(lines, name)) {
      // Raw UTF-8 is allowed in addresses (RFC 6532).
      const value = decodeBytes(Buffer.from(unfold(raw), 'latin1'), null).text;
      for (const { address } of readMailboxes(value).mailboxes) {
        const normal = normalizeAddress(address);
        if (normal !== null) found.add(normal);
      }
    }
  }
  return [...found];
}

function readDate(value: string | null): number | null {
  if (value === null || value.length > 200) return null;
  const time = Date.parse(value);
  return Number.isFinite(time) && time > 0 && time < 8.64e15 ? time : null;
}

/** `identity`: the Message-ID, or what stands for it in a mail without one: a mail that is sent again repeats both. */
function fingerprint(sender: Sender, identity: string, body: Body, attachments: readonly ParsedAttachment[]): string {
  let hashed = '';
  for (const field of [sender.clear ? sender.address : sender.shown, identity, body.text, body.html ?? ''])
    hashed += `${Buffer.byteLength(field)}:${field}`;
  for (const { sha256 } of attachments) hashed += sha256;
  // One call: each costs more than the hash of a small mail.
  return createHash('sha256').update(hashed).digest('hex');
}
