/**
 * The MIME parts of a mail (RFC 2045 to 2047), through mailparser: texts as text, everything else as a stream.
 *
 * Six things of mailparser are replaced from inside, through methods that its types do not show:
 * - text parts reach our own charset decoder as raw bytes (`createNode` labels every part so that none is left out,
 *   `getDecoder` gives the decoder): mailparser itself reads undeclared latin-1 as broken UTF-8, and the accents are
 *   gone for good;
 * - quoted-printable is decoded by us (`createNode` again): a line of blanks stops its decoder for seconds;
 * - its header parser is skipped (`processHeaders`): headers are read from the raw lines elsewhere, and
 *   `To: a:a:a:…` costs it seconds;
 * - the texts come back part by part (`getTextContent`) instead of glued together, so that the choice between
 *   alternatives is ours;
 * - lines of base64 are not looked at one by one (`splitter`, see base64-runs.ts);
 * - what it throws while it reads a part (`processChunk`) ends that mail, not the process.
 */
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { type AttachmentPart, MailParser, type PartNode, type SplitNode } from 'mailparser';
import { passBase64Runs } from './base64-runs.ts';
import { QuotedPrintableDecoder } from './decode-quoted-printable.ts';
import { MAX_HEADER_BYTES } from './header-lines.ts';
import { decodeTextPart, type TextFormat } from './text-part.ts';

export interface TextPart {
  readonly type: 'text/plain' | 'text/html';
  readonly text: string;
  /** Index of the innermost multipart/alternative around it, -1 outside of any. */
  readonly alternative: number;
}

export interface MimeParts {
  readonly texts: readonly TextPart[];
  readonly defects: readonly string[];
}

/** What is told of an attachment before its content has been read. */
export interface AttachmentHead {
  readonly filename: string | null;
  readonly contentType: string;
  readonly inline: boolean;
  readonly contentId: string | null;
}

/** Takes one attachment's content as it streams by; must read `content` to its end. */
export type AttachmentReader = (
  head: AttachmentHead,
  content: Readable,
  digest: () => { readonly sha256: string; readonly size: number },
) => Promise<void>;

/** More parts than this are a bomb, not a letter. */
const MAX_PARTS = 1000;
/** Text beyond this, of all parts of a mail together, stays in the raw mail only. */
const MAX_TEXT_BYTES = 2 * 1024 * 1024;

/** Reads all parts. Total: what is wrong comes back in `defects`; only an error of `readAttachment` rejects. */
export function readMimeParts(source: Readable, readAttachment: AttachmentReader): Promise<MimeParts> {
  const defects = new Set<string>();
  const parser = new PartParser(defects);

  return new Promise((resolve, reject) => {
    let settled = false;
    let brokenOff = false;
    let reading: Promise<void> = Promise.resolve();
    let open: Readable | null = null;
    const finish = () => {
      if (settled) return;
      settled = true;
      source.unpipe(parser);
      source.destroy();
      resolve({ texts: parser.takeTexts(), defects: [...defects] });
    };
    const fail = (cause: unknown) => {
      settled = true;
      source.destroy();
      parser.destroy();
      reject(cause);
    };

    parser.on('data', (part: AttachmentPart | { type: 'text' }) => {
      if (part.type !== 'attachment') return;
      const digest = () => ({ sha256: part.checksum ?? '', size: part.size ?? 0 });
      open = part.content;
      reading = readAttachment(attachmentHead(part), part.content, digest).then(
        () => part.release(),
        (cause) => {
          if (!brokenOff) fail(cause);
        },
      );
    });
    parser.on('end', () => {
      // A multipart of which not one boundary was found.
      if (parser.leaves === 0) defects.add('broken-mime');
      void reading.then(finish);
    });
    parser.on('error', (error: Error & { code?: string }) => {
      // The parser gives up: limits exceeded or a transfer encoding it can't follow. What was read so far counts.
      defects.add(error.code === 'EMAXLEN' ? 'too-many-parts-or-headers' : 'broken-mime');
      brokenOff = true;
      // An attachment that was being read would wait for its end for ever.
      open?.destroy(error);
      void reading.then(finish);
    });
    source.on('error', fail);
    source.pipe(parser);
  });
}

function attachmentHead(part: AttachmentPart): AttachmentHead {
  const contentId = (part.contentId ?? '').trim().replace(/^<|>$/g, '').trim().slice(0, 998);
  const inline = part.contentDisposition === 'inline' || (part.related === true && contentId !== '');
  return {
    filename: part.filename === undefined || part.filename === '' ? null : part.filename,
    contentType: (part.contentType || 'application/octet-stream').toLowerCase(),
    inline,
    contentId: contentId === '' ? null : contentId,
  };
}

/** Prefixes that keep mailparser from decoding a charset by itself; the rest of the label is the declared name. */
const OURS = 'declared:';
const FLOWED = 'flowed:';
const FLOWED_DELSP = 'flowed-delsp:';

const MEDIA_TYPE = /^[^\s/]+\/[^\s/]/;

class PartParser extends MailParser {
  /** Parts seen that are no multiparts. */
  leaves = 0;
  private readonly decoding: Decoding;

  constructor(defects: Set<string>) {
    super({
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipImageLinks: true,
      keepCidLinks: true,
      keepDeliveryStatus: true,
      ignoreEmbedded: true,
      maxHeadSize: MAX_HEADER_BYTES,
      maxChildNodes: MAX_PARTS,
      checksumAlgo: 'sha256',
    });
    this.decoding = { defects, budget: MAX_TEXT_BYTES };
    passBase64Runs(this.splitter);
  }

  /** Called by the constructor above, so what it needs of this object is looked at later. */
  override getDecoder(): { decodeStream(label: string): Transform } {
    return { decodeStream: (label) => new PartTextDecoder(label, this.decoding) };
  }

  override createNode(node: SplitNode): PartNode {
    // What is no media type at all is text (RFC 2045 section 5.2), not a file without a name.
    if (!MEDIA_TYPE.test(node.contentType || '') && !node.filename) node.contentType = 'text/plain';
    if (node.encoding === 'quoted-printable') node.getDecoder = () => new QuotedPrintableDecoder();
    const created = super.createNode(node);
    const { contentType } = created;
    if (contentType === false || !contentType.startsWith('multipart/')) this.leaves += 1;
    const flow = node.flowed && contentType === 'text/plain';
    created.charset = `${flow ? (node.delSp ? FLOWED_DELSP : FLOWED) : OURS}${created.charset ?? ''}`;
    node.flowed = false;
    // A text part with a file name that is not the mail itself is a file somebody attached (logs, HTML pages),
    // even where the client marks it inline.
    if (!node.root && node.filename && created.disposition === 'inline') created.isAttachment = true;
    return created;
  }

  override processHeaders(lines: readonly { key: string; line: string }[]): Map<string, unknown> {
    const headers = new Map<string, unknown>();
    for (const { key, line } of lines) {
      if (key !== 'content-id' || headers.has(key)) continue;
      const value = line.slice(line.indexOf(':') + 1).trim();
      // mailparser takes the first character of what is there for granted: an empty one would end the process.
      if (value !== '') headers.set(key, value);
    }
    return headers;
  }

  /** It runs behind a timer, where what is thrown would end the process: no mail may do that. */
  override processChunk(data: unknown, done: (error?: Error | null) => void): void {
    let called = false;
    const once = (error?: Error | null) => {
      if (called) return;
      called = true;
      done(error);
    };
    try {
      super.processChunk(data, once);
    } catch (error) {
      once(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override getTextContent(): { type: 'text' } {
    return { type: 'text' };
  }

  /** Once, at the end. */
  takeTexts(): TextPart[] {
    const found: TextPart[] = [];
    let alternatives = 0;
    const walk = (node: PartNode, alternative: number): void => {
      const { contentType, textContent } = node;
      if (textContent && node.isAttachment !== true) {
        found.push({ type: contentType === 'text/html' ? 'text/html' : 'text/plain', text: textContent, alternative });
      }
      const inner = contentType === 'multipart/alternative' ? alternatives++ : alternative;
      for (const child of node.children) walk(child, inner);
    };
    if (this.tree) walk(this.tree, -1);
    return found;
  }
}

/** What the text parts of one mail share. */
interface Decoding {
  readonly defects: Set<string>;
  /** Bytes of text that may still be kept. */
  budget: number;
}

/** The raw bytes of one text part in, its text as UTF-8 out, once the part has ended. */
class PartTextDecoder extends Transform {
  private readonly format: string;
  private readonly declared: string;
  private readonly decoding: Decoding;
  private readonly chunks: Buffer[] = [];

  constructor(label: string, decoding: Decoding) {
    super();
    const end = label.indexOf(':') + 1;
    this.format = label.slice(0, end);
    this.declared = label.slice(end);
    this.decoding = decoding;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const { decoding } = this;
    if (chunk.length > decoding.budget) decoding.defects.add('text-cut');
    if (decoding.budget > 0)
      this.chunks.push(chunk.length > decoding.budget ? chunk.subarray(0, decoding.budget) : chunk);
    decoding.budget = Math.max(0, decoding.budget - chunk.length);
    done();
  }

  override _flush(done: TransformCallback): void {
    const { defects } = this.decoding;
    const format: TextFormat = {
      charset: this.declared,
      flowed: this.format !== OURS,
      deleteSpace: this.format === FLOWED_DELSP,
    };
    done(null, Buffer.from(decodeTextPart(Buffer.concat(this.chunks), format, defects), 'utf8'));
  }
}
