/**
 * Files named by their content. A blob is on the disk, under its final name, before any row names it: written,
 * fsynced, renamed, folder fsynced. Content that is already there is not written twice.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

export interface Digest {
  readonly sha256: string;
  readonly size: number;
}

export class BlobStore {
  private readonly folder: string;
  private readonly nextName: () => string;
  /** Folders of this store whose own names are known to be on the disk. */
  private readonly durable = new Set<string>();

  /** `nextName` gives names for unfinished files that no other process uses. */
  constructor(folder: string, nextName: () => string) {
    this.folder = folder;
    this.nextName = nextName;
    mkdirSync(join(folder, 'tmp'), { recursive: true, mode: 0o700 });
  }

  /** Where a blob is. The hash is checked, so that nothing that came from outside can be a path. */
  path(sha256: string): string {
    return BlobStore.pathIn(this.folder, sha256);
  }

  /** As `path`, in a folder that need not be the one of the running gateway. */
  static pathIn(folder: string, sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('not a SHA-256 in lower-case hex');
    return join(folder, sha256.slice(0, 2), sha256);
  }

  read(sha256: string): Readable {
    return createReadStream(this.path(sha256));
  }

  /** Starts a file whose hash is not known yet. */
  async begin(): Promise<UnfinishedBlob> {
    const path = join(this.folder, 'tmp', this.nextName());
    return new UnfinishedBlob(this, path, await open(path, 'wx', 0o600));
  }

  /** For contents of which nobody knows yet whether they are wanted. */
  stage(): StagedBlobs {
    return new StagedBlobs(this);
  }

  /** Keeps what the stream holds; `digest` can be asked once it has ended. */
  async keep(content: Readable, digest: () => Digest): Promise<void> {
    const blob = await this.begin();
    try {
      for await (const chunk of content) await blob.append(chunk);
      await blob.finishAs(digest());
    } catch (error) {
      await blob.discard();
      throw error;
    }
  }

  /** Moves a written file to its final name and makes the name durable. */
  async adopt(temporary: string, { sha256 }: Digest): Promise<void> {
    const final = this.path(sha256);
    await mkdir(dirname(final), { recursive: true, mode: 0o700 });
    await rename(temporary, final);
    await this.makeNameDurable(final);
  }

  /** Also for a file that is there already: whoever put it there may not have come this far yet. */
  async makeNameDurable(final: string): Promise<void> {
    const folder = dirname(final);
    await syncFolder(folder);
    if (this.durable.has(folder)) return;
    await syncFolder(this.folder);
    this.durable.add(folder);
  }

  /**
   * Marks content that is there as wanted from now on, so that the sweeper leaves it; false where it is not there whole.
   * The touch comes last: it fails when the sweeper was faster.
   */
  async claim(digest: Digest): Promise<boolean> {
    if (!(await this.has(digest))) return false;
    const now = new Date();
    try {
      await utimes(this.path(digest.sha256), now, now);
      return true;
    } catch {
      return false;
    }
  }

  /** For whoever is about to delete rows that name it: its time of grace counts from here. */
  async touch(sha256: string): Promise<void> {
    const now = new Date();
    // One that is missing can't be lost.
    await utimes(this.path(sha256), now, now).catch(() => undefined);
  }

  async has({ sha256, size }: Digest): Promise<boolean> {
    try {
      return (await stat(this.path(sha256))).size === size;
    } catch {
      return false;
    }
  }
}

/**
 * Contents that may be wanted or not: written to the disk as they stream by, put under their names all together, or
 * dropped without a trace.
 */
export class StagedBlobs {
  private readonly store: BlobStore;
  private readonly written: { readonly blob: UnfinishedBlob; readonly digest: Digest }[] = [];

  constructor(store: BlobStore) {
    this.store = store;
  }

  /** As `BlobStore.keep`, but nothing has its name yet. */
  async keep(content: Readable, digest: () => Digest): Promise<void> {
    const blob = await this.store.begin();
    try {
      for await (const chunk of content) await blob.append(chunk);
      this.written.push({ blob, digest: digest() });
    } catch (error) {
      await blob.discard();
      throw error;
    }
  }

  /** Resolves when all of it is durable under its names. */
  async adopt(): Promise<void> {
    for (const { blob, digest } of this.written) await blob.finishAs(digest);
    this.written.length = 0;
  }

  /** May be called at any time; what was adopted stays. */
  async discard(): Promise<void> {
    for (const { blob } of this.written) await blob.discard();
    this.written.length = 0;
  }
}

/** A file that is being written; it has no name that anybody knows yet. */
export class UnfinishedBlob {
  readonly path: string;
  private readonly store: BlobStore;
  private readonly file: FileHandle;
  private readonly hash = createHash('sha256');
  private size = 0;

  constructor(store: BlobStore, path: string, file: FileHandle) {
    this.store = store;
    this.path = path;
    this.file = file;
  }

  async append(chunk: Uint8Array): Promise<void> {
    this.size += chunk.length;
    this.hash.update(chunk);
    let written = 0;
    while (written < chunk.length) written += (await this.file.write(chunk, written)).bytesWritten;
  }

  async finish(): Promise<Digest> {
    const digest = { sha256: this.hash.digest('hex'), size: this.size };
    await this.finishAs(digest);
    return digest;
  }

  /** For content whose digest is known from elsewhere. */
  async finishAs(digest: Digest): Promise<void> {
    if (await this.store.claim(digest)) {
      await this.discard();
      return this.store.makeNameDurable(this.store.path(digest.sha256));
    }
    try {
      await this.file.sync();
      await this.file.close();
      await this.store.adopt(this.path, digest);
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /** May be called more than once. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await unlink(this.path).catch(() => undefined);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
