/** What the workers of content-reader.ts run: reads one mail, and leaves its attachments in files that are not named yet. */
import { createReadStream } from 'node:fs';
import type { AttachmentLimits } from '../mail/keep-attachments.ts';
import { bufferSource, type MailSource } from '../mail/parse.ts';
import { BlobStore, type StagedFile, type StagingPlace } from '../store/blobs/blob-store.ts';
import { type Content, readContent } from './read-content.ts';
import { answerTasks } from './worker-thread.ts';

export interface ContentTask {
  readonly start: Uint8Array;
  /** The whole mail, where `start` is not all of it. */
  readonly file: string | null;
  readonly nullSender: boolean;
  readonly attachmentLimits: AttachmentLimits | undefined;
  /** Where attachments go; `null` where only their digests are wanted. */
  readonly place: StagingPlace | null;
}

export interface ReadByWorker {
  readonly content: Content;
  readonly files: readonly StagedFile[];
}

answerTasks<ContentTask, ReadByWorker>(async ({ start, file, nullSender, attachmentLimits, place }) => {
  const staged = place === null ? null : BlobStore.stageAt(place);
  const content = await readContent(sourceOf(start, file), staged, attachmentLimits, nullSender);
  return { content, files: (await staged?.handOver()) ?? [] };
});

/** What the splitter of parts is given at once: at a limit it drops what it has split and nobody has read yet. */
const CHUNK = 64 * 1024;

function sourceOf(start: Uint8Array, file: string | null): MailSource {
  if (file === null) return bufferSource(start);
  return { start, open: () => createReadStream(file, { highWaterMark: CHUNK }) };
}
