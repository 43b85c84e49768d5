/**
 * Files named by their content. A blob is on the disk, under its final name, before any row names it: written,
 * fsynced, renamed, folder fsynced. Content that is already there is not written twice.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { streamedBytes } from './collect-streamed.ts';
import { StagedBlobs } from './staged-blobs.ts';

export interface Digest {
  readonly sha256: string;
  readonly size: number;
}

/** Where another thread may write unfinished files: their names in `tmp` begin with the prefix. */
export interface StagingPlace {
  readonly folder: string;
  readonly prefix: string;
}

/** A whole file that has no name yet. */
export interface StagedFile {
  readonly path: string;
  readonly digest: Digest;
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

  /** Starts a file. `hashed: false` where its hash will be known from elsewhere. */
  async begin({ hashed } = { hashed: true }): Promise<UnfinishedBlob> {
    const path = join(this.folder, 'tmp', this.nextName());
    return new UnfinishedBlob(this, path, await open(path, 'wx', 0o600), hashed);
  }

  /** For contents of which nobody knows yet whether they are wanted. */
  stage(): StagedBlobs {
    return new StagedBlobs(this);
  }

  /** The same for another thread, which writes for the one that has the place. */
  static stageAt({ folder, prefix }: StagingPlace): StagedBlobs {
    let count = 0;
    return new BlobStore(folder, () => `${prefix}-${count++}`).stage();
  }

  /** A place that nobody else uses. */
  newPlace(): StagingPlace {
    return { folder: this.folder, prefix: this.nextName() };
  }

  /** Removes what was written there and not handed over. */
  async clear({ prefix }: StagingPlace): Promise<void> {
    const folder = join(this.folder, 'tmp');
    const left = (await readdir(folder)).filter((name) => name.startsWith(`${prefix}-`));
    await Promise.all(left.map((name) => unlink(join(folder, name))));
  }

  /** A file that another thread has written. */
  async reopen(path: string): Promise<UnfinishedBlob> {
    return new UnfinishedBlob(this, path, await open(path, 'r+'), false);
  }

  /** Keeps what the stream holds; `digest` can be asked once it has ended. */
  async keep(content: Readable, digest: () => Digest): Promise<void> {
    const blob = await this.begin({ hashed: false });
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

/** As much is collected before it goes to the disk. */
const WRITE_BYTES = 256 * 1024;

/** A file that is being written; it has no name that anybody knows yet. */
export class UnfinishedBlob {
  readonly path: string;
  private readonly store: BlobStore;
  private readonly file: FileHandle;
  private readonly hash: Hash | null;
  private size = 0;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private syncing: Promise<void> | null = null;

  constructor(store: BlobStore, path: string, file: FileHandle, hashed: boolean) {
    this.store = store;
    this.path = path;
    this.file = file;
    this.hash = hashed ? createHash('sha256') : null;
  }

  /** The chunk must not change afterwards. */
  async append(chunk: Uint8Array): Promise<void> {
    this.size += chunk.length;
    this.hash?.update(chunk);
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.waitingBytes >= WRITE_BYTES) await this.flush();
  }

  /** Until then the end of the file may still be missing for whoever reads it. */
  async flush(): Promise<void> {
    let chunks = this.waiting;
    const bytes = this.waitingBytes;
    this.waiting = [];
    this.waitingBytes = 0;
    while (chunks.length > 0) chunks = notWritten(chunks, (await this.file.writev(chunks)).bytesWritten);
    streamedBytes.note(bytes);
  }

  /** Everything is there: the disk may begin with it while nobody waits. Nothing may be appended any more. */
  startSync(): void {
    this.syncing = this.file.sync();
    // An error is told once, so it is kept for `finish`; a file that is discarded has no use for it.
    this.syncing.catch(() => undefined);
  }

  async finish(): Promise<Digest> {
    if (this.hash === null) throw new Error('this file has no hash of its own');
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
      await this.flush();
      await (this.syncing ?? this.file.sync());
      await this.file.close();
      await this.store.adopt(this.path, digest);
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /** Leaves the file for `reopen`. */
  async leave(): Promise<void> {
    await this.flush();
    await this.file.close();
  }

  /** May be called more than once. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await unlink(this.path).catch(() => undefined);
  }
}

/** What is left after a write that the disk took only a part of. */
function notWritten(chunks: readonly Uint8Array[], bytesWritten: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let written = bytesWritten;
  for (const chunk of chunks) {
    if (chunk.length > written) left.push(chunk.subarray(written));
    written = Math.max(0, written - chunk.length);
  }
  return left;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
