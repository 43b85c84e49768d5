/**
 * Where the content of a mail is read: at once, for mails that can't take long, or in a worker thread that is ended
 * when a mail goes over its time or memory. A mail that was stopped is not lost: its header says enough to file it.
 */
import type { Log } from '../log.ts';
import type { AttachmentLimits } from '../mail/keep-attachments.ts';
import type { MailSource } from '../mail/parse.ts';
import type { StagedBlobs } from '../store/blobs/staged-blobs.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { ContentTask, ReadByWorker } from './content-worker.ts';
import { contentNotParsed } from './not-parsed.ts';
import { type Content, readContent } from './read-content.ts';
import { moduleBeside, WorkerPool } from './worker-pool.ts';

export interface Wanted {
  readonly reference: string;
  readonly nullSender: boolean;
  /** Takes the attachments; `null` where only their digests are wanted. */
  readonly attachments: StagedBlobs | null;
  readonly attachmentLimits: AttachmentLimits | undefined;
}

export interface ContentReader {
  readonly read: (source: MailSource, wanted: Wanted) => Promise<Content>;
  /** Lets mails that are being read finish. */
  readonly close: () => Promise<void>;
}

export interface ReaderOptions {
  /** 0: only mails that could take long are read in a worker, one at a time. Else all are, so many at a time. */
  readonly workers: number;
  /** Milliseconds for one mail. */
  readonly mailMs: number;
  /** Megabytes of heap for one mail. */
  readonly heapMb: number;
  /** Other than the real one in tests. */
  readonly workerFile?: URL;
}

/** Reads in the caller's thread, with no limit but the parser's own: for tests and benches. */
export const readInline: ContentReader['read'] = (source, { attachments, attachmentLimits, nullSender }) =>
  readContent(source, attachments, attachmentLimits, nullSender);

export function createContentReader(options: ReaderOptions, log: Log): ContentReader {
  const { workers, mailMs, heapMb, workerFile = moduleBeside(import.meta.url, 'content-worker') } = options;
  const size = Math.max(1, workers);
  const pool = new WorkerPool<ContentTask, ReadByWorker>({ file: workerFile, size, taskMs: mailMs, heapMb });

  const readInWorker = async (source: MailSource, file: string | null, wanted: Wanted): Promise<Content> => {
    const { nullSender, attachments, attachmentLimits, reference } = wanted;
    const place = attachments?.place() ?? null;
    const task: ContentTask = { start: source.start, file, nullSender, attachmentLimits, place };
    let read = false;
    try {
      const result = await pool.run(task);
      if (result.kind === 'done') {
        attachments?.takeOver(result.value.files);
        read = true;
        return result.value.content;
      }
      if (result.kind === 'closed') throw new StoreUnavailable('busy', new Error('the gateway stops'));
      if (result.kind === 'stopped') {
        log.warn({ reference, why: result.why, detail: result.detail }, 'a mail could not be read');
        return await contentNotParsed(source, nullSender, result.why, reference);
      }
      log.error({ reference, error: result.detail }, 'no worker that reads mails can be started');
      if (isHarmless(source)) return await readInline(source, wanted);
      return await contentNotParsed(source, nullSender, 'crash', reference);
    } finally {
      if (!read) await attachments?.clear(place);
    }
  };

  return {
    read: (source, wanted) => {
      const { whole } = source;
      const inline = whole === undefined || (isHarmless(source) && (workers === 0 || pool.waiting > MAX_WAITING));
      if (inline) return readInline(source, wanted);
      return readInWorker(source, whole === 'start' ? null : whole.file, wanted);
    },
    close: () => pool.close(),
  };
}

/** With more mails waiting than this, small ones are read at once: that holds clients back, and no queue grows. */
const MAX_WAITING = 32;

/** Bytes of plain text, and of a mail with HTML in it, that no content can make slow. */
const HARMLESS_TEXT = 64 * 1024;
const HARMLESS_HTML = 16 * 1024;

/** By facts that cost nothing; the bounds are measured by test/intake/stalls.test.ts. */
function isHarmless({ start, whole }: MailSource): boolean {
  if (whole !== 'start' || start.length > HARMLESS_TEXT) return false;
  return start.length <= HARMLESS_HTML || !mentionsHtml(start);
}

function mentionsHtml(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .toLowerCase()
    .includes('html');
}
