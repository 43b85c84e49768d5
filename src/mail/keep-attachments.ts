/**
 * What becomes of a mail's attachments as they stream by: kept somewhere, counted, a winmail.dat unpacked, a forwarded
 * mail named after its subject. What is over a limit is left out and noted in `defects`; the raw mail still has it.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { headerText, rawHeaders, readHeaderLines } from './header-lines.ts';
import type { AttachmentHead, AttachmentReader } from './mime-parts.ts';
import { MAX_TNEF_BYTES, unpackTnef } from './tnef.ts';

export interface ParsedAttachment extends AttachmentHead {
  /** Decoded size in bytes. */
  readonly size: number;
  /** SHA-256 of the decoded content, lower-case hex. */
  readonly sha256: string;
}

export type Digest = Pick<ParsedAttachment, 'sha256' | 'size'>;

/** Keeps an attachment's content somewhere; `null` where only its digest is wanted. */
export interface AttachmentKeeper {
  /** Reads the stream to its end and stores it under the digest, which can be asked for once the stream has ended. */
  keep(content: Readable, digest: () => Digest): Promise<void>;
}

export interface AttachmentLimits {
  /** Of one mail. */
  readonly count: number;
  /** Of one attachment, decoded. */
  readonly bytes: number;
}

/** As each file costs two or three fsyncs, more than a hundred could keep the sender waiting for seconds. */
export const ATTACHMENT_LIMITS: AttachmentLimits = { count: 100, bytes: 26_214_400 };

const MAX_NAME = 1000;
/** As much of a forwarded mail is looked at for its subject. */
const MAX_START = 64 * 1024;

export interface AttachmentCollector {
  readonly attachments: readonly ParsedAttachment[];
  /** Each once. */
  readonly defects: ReadonlySet<string>;
  readonly read: AttachmentReader;
}

export function collectAttachments(keeper: AttachmentKeeper | null, limits: AttachmentLimits): AttachmentCollector {
  const attachments: ParsedAttachment[] = [];
  const defects = new Set<string>();

  const keep = async (head: AttachmentHead, content: Readable, digest: () => Digest): Promise<void> => {
    if (attachments.length >= limits.count) {
      defects.add('too-many-attachments');
      return drain(content);
    }
    const start: Buffer[] = [];
    const wantsStart = head.contentType === 'message/rfc822' && head.filename === null;
    try {
      const bytes = bounded(content, limits.bytes, wantsStart ? start : null);
      if (keeper === null) await drain(bytes);
      else await keeper.keep(bytes, digest);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      defects.add('attachment-too-large');
      return drain(content);
    }
    const filename = wantsStart ? nameBySubject(start) : (head.filename?.slice(0, MAX_NAME) ?? null);
    const { contentType, inline, contentId } = head;
    attachments.push({ filename, contentType, inline, contentId, ...digest() });
  };

  const keepBytes = (head: AttachmentHead, bytes: Uint8Array): Promise<void> => {
    const digest = { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
    return keep(head, inMemory([bytes]), () => digest);
  };

  /** The files inside stand for it; it is kept itself where there are none, or where something was wrong with it. */
  const unpack = async (head: AttachmentHead, content: Readable, digest: () => Digest): Promise<void> => {
    const { chunks, whole } = await upTo(content, MAX_TNEF_BYTES);
    if (!whole) {
      defects.add('tnef-too-large');
      return keep(head, inMemory(chunks, content), digest);
    }
    const packed = Buffer.concat(chunks);
    const unpacked = unpackTnef(packed);
    for (const defect of unpacked.defects) defects.add(defect);
    for (const { filename, contentType, contentId, content: bytes } of unpacked.files)
      await keepBytes({ filename, contentType, contentId, inline: false }, bytes);
    if (unpacked.files.length > 0 && unpacked.defects.length === 0) return;
    if (unpacked.files.length === 0) defects.add('tnef-no-files');
    await keepBytes(head, packed);
  };

  return {
    attachments,
    defects,
    read: (head, content, digest) => (isTnef(head) ? unpack : keep)(head, content, digest),
  };
}

function isTnef({ contentType, filename }: AttachmentHead): boolean {
  if (contentType === 'application/ms-tnef' || contentType === 'application/vnd.ms-tnef') return true;
  return contentType === 'application/octet-stream' && filename?.toLowerCase() === 'winmail.dat';
}

class TooLarge extends Error {}

/** The same bytes; fails past the limit. `content` stays usable, so that the rest of it can be read and dropped. */
function bounded(content: Readable, limit: number, start: Buffer[] | null): Readable {
  async function* counted() {
    let size = 0;
    for await (const chunk of content.iterator({ destroyOnReturn: false })) {
      if (start !== null && size < MAX_START) start.push(chunk);
      size += chunk.length;
      if (size > limit) throw new TooLarge();
      yield chunk;
    }
  }
  return Readable.from(counted(), { objectMode: false });
}

async function upTo(content: Readable, limit: number): Promise<{ chunks: Buffer[]; whole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) return { chunks, whole: false };
  }
  return { chunks, whole: true };
}

function inMemory(chunks: readonly Uint8Array[], rest?: Readable): Readable {
  async function* all() {
    for (const chunk of chunks) if (chunk.length > 0) yield chunk;
    if (rest !== undefined) yield* rest.iterator({ destroyOnReturn: false });
  }
  return Readable.from(all(), { objectMode: false });
}

async function drain(content: Readable): Promise<void> {
  for await (const _chunk of content);
}

/** What a forwarded mail is known by. */
function nameBySubject(start: readonly Buffer[]): string | null {
  const { lines } = readHeaderLines(Buffer.concat(start));
  const subject = headerText(rawHeaders(lines, 'subject')[0] ?? '').slice(0, MAX_NAME);
  // A slash in a subject is no path.
  return subject === '' ? null : `${subject.replace(/[/\\]/g, '_')}.eml`;
}
