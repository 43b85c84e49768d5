/**
 * The parts of a mail (RFC 2045, RFC 2046), found in one pass over its first bytes, for reading reports.
 *
 * A parsing library loses the returned original of some reports and takes a hostile mail at its word; this walk reads
 * boundaries line by line, within fixed bounds, and keeps offsets instead of copies. It is no MIME parser for the
 * text of a ticket: no RFC 2231 parameters, no multipart/digest, and what lies behind the bounds is not seen.
 */
import { decodeBytes } from '../charset.ts';
import { decodeQuotedPrintable } from '../decode-quoted-printable.ts';
import { firstHeader, type HeaderLine, readHeaderLines } from '../header-lines.ts';
import { contentType } from './header-values.ts';

/** Only this much of a mail is looked at: a report stands at the beginning, what follows is the returned original. */
const MAX_START_BYTES = 256 * 1024;
/** More parts than this are no report but an attempt to cost time. */
const MAX_PARTS = 100;
/** Multiparts within multiparts; real reports have at most four. */
const MAX_DEPTH = 10;

export interface Part {
  /** Media type in lower case, `text/plain` where none is stated (RFC 2045 section 5.2). */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly header: readonly HeaderLine[];
  /** Number of message/rfc822 parts around it: 0 is the mail itself, 1 the returned original. */
  readonly enclosed: number;
  /** True for the mail itself and for the top of an enclosed message: its header is a mail's header. */
  readonly top: boolean;
  /** The encoded body; empty for multiparts. */
  readonly body: Uint8Array;
}

interface Frame {
  readonly delimiter: string;
  readonly enclosed: number;
}

type State = 'header' | 'body' | 'skip';

/** Walks the first bytes of a mail, header included. Total: any bytes give a list, with the mail itself first. */
export function walkParts(start: Uint8Array): Part[] {
  return new Walk(start).run();
}

class Walk {
  private readonly bytes: Buffer;
  private readonly parts: Part[] = [];
  private readonly frames: Frame[] = [];
  private state: State = 'header';
  private sectionFrom = 0;
  private enclosed = 0;
  private top = true;
  /** The leaf whose body is being read. */
  private leaf: Omit<Part, 'body'> | null = null;

  constructor(start: Uint8Array) {
    const length = Math.min(start.byteLength, MAX_START_BYTES);
    this.bytes = Buffer.from(start.buffer, start.byteOffset, length);
  }

  run(): Part[] {
    let position = 0;
    while (position < this.bytes.length && this.parts.length < MAX_PARTS) {
      const lineFeed = this.bytes.indexOf(0x0a, position);
      const next = lineFeed < 0 ? this.bytes.length : lineFeed + 1;
      this.line(position, lineFeed < 0 ? this.bytes.length : lineFeed, next);
      position = next;
    }
    if (this.state === 'header') this.headerEnds(this.bytes.length, this.bytes.length);
    this.closeLeaf(this.bytes.length);
    return this.parts.length === 1 ? this.withoutParts() : this.parts;
  }

  /** A multipart in which no delimiter was found is read as the text that it probably is. */
  private withoutParts(): Part[] {
    const only = this.parts[0];
    if (only === undefined || !only.type.startsWith('multipart/')) return this.parts;
    return [
      only,
      { ...only, type: 'text/plain', parameters: new Map(), top: false, body: this.bytes.subarray(this.sectionFrom) },
    ];
  }

  private line(from: number, to: number, next: number): void {
    if (
      this.frames.length > 0 &&
      this.bytes[from] === 0x2d &&
      this.bytes[from + 1] === 0x2d &&
      this.boundary(from, to, next)
    )
      return;
    if (this.state !== 'header') return;
    const empty = to === from || (to === from + 1 && this.bytes[from] === 0x0d);
    if (empty) this.headerEnds(from, next);
  }

  /** Is this line a delimiter of an open multipart (RFC 2046 section 5.1.1)? The innermost one wins. */
  private boundary(from: number, to: number, next: number): boolean {
    // RFC 2046: a boundary has at most 70 characters; some real ones are longer.
    if (to - from > 300) return false;
    const text = this.bytes.toString('latin1', from, to).trimEnd();
    for (let depth = this.frames.length - 1; depth >= 0; depth -= 1) {
      const frame = this.frames[depth];
      if (frame === undefined) return false;
      const closes = text === `${frame.delimiter}--`;
      if (!closes && text !== frame.delimiter) continue;
      if (this.state === 'header') this.headerEnds(from, from);
      this.closeLeaf(from);
      this.frames.length = closes ? depth : depth + 1;
      this.enclosed = frame.enclosed;
      this.top = false;
      this.state = closes ? 'skip' : 'header';
      this.sectionFrom = next;
      return true;
    }
    return false;
  }

  private headerEnds(to: number, bodyFrom: number): void {
    const header = readHeaderLines(this.bytes.subarray(this.sectionFrom, to)).lines;
    const { value, parameters } = contentType(firstHeader(header, 'content-type') ?? '');
    const type = value === '' ? 'text/plain' : value;
    const part = { type, parameters, header, enclosed: this.enclosed, top: this.top };
    this.sectionFrom = bodyFrom;
    this.top = false;
    const boundary = parameters.get('boundary') ?? '';
    if (type.startsWith('multipart/') && boundary !== '' && this.frames.length < MAX_DEPTH) {
      this.parts.push({ ...part, body: new Uint8Array(0) });
      this.frames.push({ delimiter: `--${boundary.trimEnd()}`, enclosed: this.enclosed });
      this.state = 'skip';
    } else if ((type === 'message/rfc822' || type === 'message/global') && this.enclosed < MAX_DEPTH) {
      this.parts.push({ ...part, body: new Uint8Array(0) });
      this.enclosed += 1;
      this.top = true;
      this.state = 'header';
    } else {
      this.leaf = part;
      this.state = 'body';
    }
  }

  private closeLeaf(to: number): void {
    if (this.leaf === null) return;
    this.parts.push({ ...this.leaf, body: this.bytes.subarray(this.sectionFrom, Math.max(this.sectionFrom, to)) });
    this.leaf = null;
  }
}

/** The body of a leaf as text: transfer encoding and charset undone. */
export function partText(part: Part): string {
  const bytes = partBytes(part);
  return decodeBytes(bytes, part.parameters.get('charset') ?? null).text;
}

/** The body of a leaf, transfer encoding undone (RFC 2045 section 6). */
export function partBytes(part: Part): Uint8Array {
  const encoding = (firstHeader(part.header, 'content-transfer-encoding') ?? '').toLowerCase();
  if (encoding.startsWith('base64')) {
    const text = Buffer.from(part.body.buffer, part.body.byteOffset, part.body.byteLength).toString('latin1');
    return Buffer.from(text, 'base64');
  }
  return encoding.startsWith('quoted-printable') ? decodeQuotedPrintable(part.body) : part.body;
}
