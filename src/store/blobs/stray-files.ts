/**
 * The files of the blob store as they lie on the disk, for those who look after them: what is there, and taking away
 * what nobody wants without ever taking what somebody has just begun to want.
 *
 * Which files those are is not decided here.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface StrayFile {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  /** Bytes. */
  readonly size: number;
}

const BLOB_NAME = /^[0-9a-f]{64}$/;
const ASIDE = /^removing-([0-9a-f]{64})$/;

/** Folders that blobs are in, by the start of their names: `ab`. */
export async function blobFolders(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(nothingThere);
  return names.filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
}

/** Names of the blobs in one of these folders. */
export async function blobNames(folder: string, start: string): Promise<string[]> {
  const names = await readdir(join(folder, start)).catch(nothingThere);
  return names.filter((name) => BLOB_NAME.test(name) && name.startsWith(start)).sort();
}

/** `null` where it has gone in the meantime. */
export async function blobFile(folder: string, name: string): Promise<StrayFile | null> {
  return fileAt(join(folder, name.slice(0, 2), name), name);
}

/** Files that were never finished: of mails that are coming in, and of processes that died. */
export async function unfinishedFiles(folder: string): Promise<StrayFile[]> {
  const names = await readdir(join(folder, 'tmp')).catch(nothingThere);
  const files = await Promise.all(
    names.filter((name) => !ASIDE.test(name)).map((name) => fileAt(join(folder, 'tmp', name), name)),
  );
  return files.flatMap((file) => file ?? []);
}

export async function removeUnfinished(folder: string, name: string): Promise<void> {
  await unlink(join(folder, 'tmp', name)).catch(() => undefined);
}

/**
 * Removes a blob that was last wanted before `before`. Whoever stores the same content again touches the file, or finds
 * it gone and writes its own; so it is first taken aside, where nobody can touch it any more, and put back when it was
 * touched until then. False when it was put back, or had gone.
 */
export function removeBlob(folder: string, name: string, before: number): boolean {
  const place = join(folder, name.slice(0, 2), name);
  const aside = join(folder, 'tmp', `removing-${name}`);
  try {
    renameSync(place, aside);
  } catch {
    return false;
  }
  if (statSync(aside).mtimeMs < before) {
    unlinkSync(aside);
    return true;
  }
  putBack(folder, name);
  return false;
}

/** What a process that died had taken aside is judged again. */
export function restoreAside(folder: string): void {
  if (!existsSync(join(folder, 'tmp'))) return;
  for (const entry of readdirSync(join(folder, 'tmp'))) {
    const name = ASIDE.exec(entry)?.[1];
    if (name !== undefined) putBack(folder, name);
  }
}

function putBack(folder: string, name: string): void {
  const home = join(folder, name.slice(0, 2));
  const aside = join(folder, 'tmp', `removing-${name}`);
  // The same content may have been written anew in the meantime.
  if (!existsSync(join(home, name))) {
    try {
      linkSync(aside, join(home, name));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  const descriptor = openSync(home, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
  unlinkSync(aside);
}

async function fileAt(path: string, name: string): Promise<StrayFile | null> {
  try {
    const { mtimeMs, size } = await stat(path);
    return { name, modifiedAt: mtimeMs, size };
  } catch {
    return null;
  }
}

function nothingThere(): string[] {
  return [];
}
