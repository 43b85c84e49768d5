/**
 * Files named by their content. A blob is on the disk, under its final name, before any row names it: written,
 * fsynced, renamed, folder fsynced. Content that is already there is not written twice.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface Digest {
  readonly sha256: string;
  readonly size: number;
}

export class BlobStore {
  private readonly folder: string;
  private readonly nextName: () => string;

  /** `nextName` gives names for unfinished files that no other process uses. */
  constructor(folder: string, nextName: () => string) {
    this.folder = folder;
    this.nextName = nextName;
    mkdirSync(join(folder, 'tmp'), { recursive: true, mode: 0o700 });
  }

  /** Where a blob is. The hash is checked, so that nothing that came from outside can be a path. */
  path(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('not a SHA-256 in lower-case hex');
    return join(this.folder, sha256.slice(0, 2), sha256);
  }

  read(sha256: string): Readable {
    return createReadStream(this.path(sha256));
  }

  /** Starts a file whose hash is not known yet. */
  async begin(): Promise<UnfinishedBlob> {
    const path = join(this.folder, 'tmp', this.nextName());
    return new UnfinishedBlob(this, path, await open(path, 'wx', 0o600));
  }

  /** Keeps what the stream holds; `digest` can be asked once it has ended. */
  async keep(content: Readable, digest: () => Digest): Promise<void> {
    const blob = await this.begin();
    try {
      for await (const chunk of content) await blob.append(chunk);
    } catch (error) {
      await blob.discard();
      throw error;
    }
    await blob.finishAs(digest());
  }

  /** Moves a written file to its final name and makes the name durable. */
  async adopt(temporary: string, { sha256 }: Digest): Promise<void> {
    const final = this.path(sha256);
    const folder = join(this.folder, sha256.slice(0, 2));
    const isNewFolder = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
    await rename(temporary, final);
    await syncFolder(folder);
    if (isNewFolder) await syncFolder(this.folder);
  }

  async has({ sha256, size }: Digest): Promise<boolean> {
    try {
      return (await stat(this.path(sha256))).size === size;
    } catch {
      return false;
    }
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
    if (await this.store.has(digest)) return this.discard();
    await this.file.sync();
    await this.file.close();
    await this.store.adopt(this.path, digest);
  }

  async discard(): Promise<void> {
    await this.file.close();
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
