/**
 * Contents that may be wanted or not: written to the disk as they stream by, put under their names all together, or
 * dropped without a trace. Another thread may do the writing.
 */
import { unlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { BlobStore, Digest, StagedFile, StagingPlace, UnfinishedBlob } from './blob-store.ts';

interface Written {
  readonly digest: Digest;
  readonly path: string;
  /** `null`: another thread has written and closed it. */
  readonly blob: UnfinishedBlob | null;
}

export class StagedBlobs {
  private readonly store: BlobStore;
  private written: Written[] = [];

  constructor(store: BlobStore) {
    this.store = store;
  }

  /** Keeps what the stream holds; `digest` can be asked once it has ended. Nothing has its name yet. */
  async keep(content: Readable, digest: () => Digest): Promise<void> {
    const blob = await this.store.begin({ hashed: false });
    try {
      for await (const chunk of content) await blob.append(chunk);
      this.written.push({ blob, path: blob.path, digest: digest() });
    } catch (error) {
      await blob.discard();
      throw error;
    }
  }

  /** For another thread to write at; what it does not hand over is to be cleared. */
  place(): StagingPlace {
    return this.store.newPlace();
  }

  /** In the other thread: closes the files and says which they are. */
  async handOver(): Promise<StagedFile[]> {
    const files = this.written;
    this.written = [];
    for (const { blob } of files) await blob?.leave();
    return files.map(({ path, digest }) => ({ path, digest }));
  }

  /** What the other thread has handed over. */
  takeOver(files: readonly StagedFile[]): void {
    for (const { path, digest } of files) this.written.push({ path, digest, blob: null });
  }

  async clear(place: StagingPlace | null): Promise<void> {
    if (place !== null) await this.store.clear(place);
  }

  /** Resolves when all of it is durable under its names. */
  async adopt(): Promise<void> {
    // All are waited for, so that after a fault nothing is still on its way.
    const done = await Promise.allSettled(
      this.written.map(async ({ path, digest, blob }) => {
        const file = blob ?? (await this.store.reopen(path));
        await file.finishAs(digest);
      }),
    );
    for (const one of done) if (one.status === 'rejected') throw one.reason;
    this.written = [];
  }

  /** May be called at any time; what was adopted stays. */
  async discard(): Promise<void> {
    for (const { blob, path } of this.written) await (blob?.discard() ?? unlink(path).catch(() => undefined));
    this.written = [];
  }
}
