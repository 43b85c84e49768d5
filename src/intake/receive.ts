/**
 * The bytes of DATA, kept as they come: small mails in memory, larger ones straight into a blob file. Counts
 * and looks for bare line breaks on the way; knows nothing of what the bytes mean.
 */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { MAX_HEADER_BYTES } from '../mail/header-lines.ts';
import { bufferSource, type MailSource } from '../mail/parse.ts';
import type { BlobStore, UnfinishedBlob } from '../store/blobs/blob-store.ts';
import type { RawMail } from '../store/store.ts';

/** Mails up to this size stand in the database row; larger ones are files. */
const MAX_INLINE = 64 * 1024;

export type Received =
  | {
      readonly kind: 'whole';
      readonly source: MailSource;
      readonly size: number;
      /** Makes the bytes durable where they are too many for a row, and says where they are. Once. */
      readonly keep: () => Promise<RawMail>;
      /** Drops the bytes; after `keep` it does nothing. */
      readonly discard: () => Promise<void>;
    }
  /** `start` are the first bytes, at most 64 KB; the rest was read and thrown away. */
  | { readonly kind: 'too-large' | 'bare-line-break'; readonly start: Buffer; readonly size: number };

export interface ReceiveLimits {
  /** Bytes. */
  readonly maxMailBytes: number;
  /** Called once when the client goes on sending past twice the limit, and nothing is read any more: hang up. */
  readonly onFlood?: () => void;
}

/** Rejects when the disk fails or the client disappears in the middle. */
export async function receive(
  stream: AsyncIterable<Buffer>,
  blobs: BlobStore,
  limits: ReceiveLimits,
): Promise<Received> {
  const head: Buffer[] = [];
  let headSize = 0;
  let size = 0;
  let blob: UnfinishedBlob | null = null;
  const breaks = new LineBreakCheck();

  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (headSize < MAX_HEADER_BYTES) {
        head.push(chunk);
        headSize += chunk.length;
      }
      if (size > limits.maxMailBytes) {
        if (size <= 2 * limits.maxMailBytes) continue;
        limits.onFlood?.();
        break;
      }
      breaks.read(chunk);
      if (blob !== null) await blob.append(chunk);
      else if (size > MAX_INLINE) {
        blob = await blobs.begin();
        for (const part of head) await blob.append(part);
      }
    }
    await blob?.flush();
  } catch (error) {
    await blob?.discard();
    throw error;
  }

  const start = Buffer.concat(head);
  const tooLarge = size > limits.maxMailBytes;
  if (tooLarge || breaks.foundBare) {
    await blob?.discard();
    return { kind: tooLarge ? 'too-large' : 'bare-line-break', start: start.subarray(0, MAX_INLINE), size };
  }
  if (blob === null) {
    const raw: RawMail = { inline: start };
    return { kind: 'whole', source: bufferSource(start), size, keep: async () => raw, discard: async () => undefined };
  }
  // Nearly every mail is kept, whatever becomes of it.
  blob.startSync();
  return { kind: 'whole', size, ...unfinished(blob, start) };
}

function unfinished(blob: UnfinishedBlob, start: Buffer) {
  let kept: RawMail | null = null;
  // Read under its temporary name: parsing comes before anybody knows whether the mail is wanted.
  const open = (): Readable => createReadStream(blob.path);
  return {
    source: { start, open, whole: { file: blob.path } },
    keep: async (): Promise<RawMail> => {
      kept ??= { blob: await blob.finish() };
      return kept;
    },
    discard: async (): Promise<void> => {
      if (kept === null) await blob.discard();
    },
  };
}

/**
 * CR and LF stand only as a pair (RFC 5321 section 2.3.8). A bare one is how one mail is smuggled inside another
 * past servers that disagree about where a line ends.
 */
export class LineBreakCheck {
  foundBare = false;
  private endedWithCr = false;

  read(chunk: Buffer): void {
    if (this.foundBare || chunk.length === 0) return;
    if (this.endedWithCr && chunk[0] !== 0x0a) this.foundBare = true;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) {
      const before = at === 0 ? this.endedWithCr : chunk[at - 1] === 0x0d;
      if (!before) this.foundBare = true;
      if (this.foundBare) return;
    }
    for (let at = chunk.indexOf(0x0d); at >= 0; at = chunk.indexOf(0x0d, at + 1)) {
      if (at + 1 < chunk.length && chunk[at + 1] !== 0x0a) this.foundBare = true;
      if (this.foundBare) return;
    }
    this.endedWithCr = chunk[chunk.length - 1] === 0x0d;
  }
}
