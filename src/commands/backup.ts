/**
 * `taquilla backup DIR`: a copy of the data folder, made while the gateway runs. The database as it is at one moment
 * comes first, then all the files that it names: a file never changes and is there before its row, so what the copy
 * names can be copied after it. The result is a data folder itself (docs/en/backup.md says how to restore it).
 */
import { constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { copyFile, link, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import PQueue from 'p-queue';
import type { Config } from '../config.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import { backupDatabase } from '../store/sqlite/backup-database.ts';
import { listBlobs } from '../store/sqlite/blob-rows.ts';
import { openReadOnly } from '../store/sqlite/open-database.ts';
import { counted } from '../tickets/counted.ts';
import { CommandError, databaseFile, type JsonOption, locateConfig, print, printJson, shownPath } from './command.ts';

export interface BackupOptions extends JsonOption {
  readonly link?: boolean;
}

export interface Backup {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** Hashes of files that rows name and the data folder does not have; `keys.json` where it is not there. */
  readonly missing: readonly string[];
}

const KEYS = 'keys.json';
const PAGE = 1000;
/** Copies at the same time: enough to keep a disk busy. */
const AT_ONCE = 4;

export async function backup(target: string, options: BackupOptions): Promise<void> {
  const { config } = locateConfig(options);
  const result = await makeBackup(config, resolve(target), options.link === true);
  if (options.json === true) printJson({ ok: result.missing.length === 0, ...result });
  else {
    const small = result.missing.includes(KEYS) ? 'database' : 'database, keys';
    print(
      `${shownPath(result.folder)}: ${small} and ${counted(result.files, 'file')}, ${Math.round(result.bytes / 1024)} KB`,
    );
  }
  if (result.missing.length > 0) {
    throw new CommandError(
      `the backup has all that is there, but ${counted(result.missing.length, 'file is', 'files are')} missing in the data folder: ${result.missing.slice(0, 5).join(', ')}; run taquilla verify`,
      1,
    );
  }
}

/** `linked`: blobs as further names of the same files, where both folders are on one disk. */
export async function makeBackup(config: Config, target: string, linked: boolean): Promise<Backup> {
  const partial = `${target}.partial`;
  refuseUsed(target, partial);
  const source = openReadOnly(databaseFile(config));
  if (source === null)
    throw new CommandError(`there is no database in ${shownPath(config.dataFolder)}; there is nothing to back up`, 1);
  try {
    mkdirSync(partial, { recursive: true, mode: 0o700 });
    await backupDatabase(source, join(partial, 'taquilla.db'));
    const blobs = await copyBlobs(config.dataFolder, partial, linked);
    await copySmallFiles(config, partial);
    const missing = [...(existsSync(join(partial, KEYS)) ? [] : [KEYS]), ...blobs.missing];
    await sync(partial);
    await rename(partial, target);
    await sync(dirname(target));
    return { folder: target, ...blobs, missing };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw explained(error, target);
  } finally {
    source.sqlite.close();
  }
}

function refuseUsed(target: string, partial: string): void {
  if (existsSync(target) && (!statSync(target).isDirectory() || readdirSync(target).length > 0))
    throw new CommandError(`${shownPath(target)} is there already; name a new folder for each backup`, 2);
  if (existsSync(partial))
    throw new CommandError(
      `${shownPath(partial)} is left of a backup that was cut off, or one is being made; remove it`,
      2,
    );
}

/** All files that the copied database names, each on the disk before its folder. */
async function copyBlobs(dataFolder: string, partial: string, linked: boolean): Promise<Omit<Backup, 'folder'>> {
  const copy = openReadOnly(join(partial, 'taquilla.db'));
  if (copy === null) throw new Error('the copy of the database is gone');
  const from = join(dataFolder, 'blobs');
  const to = join(partial, 'blobs');
  const missing: string[] = [];
  const folders = new Set<string>([to]);
  const queue = new PQueue({ concurrency: AT_ONCE });
  let files = 0;
  let bytes = 0;
  const one = async (sha256: string, size: number) => {
    const path = BlobStore.pathIn(to, sha256);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    folders.add(dirname(path));
    try {
      await copyOne(BlobStore.pathIn(from, sha256), path, linked);
      files += 1;
      bytes += size;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      missing.push(sha256);
    }
  };
  try {
    mkdirSync(to, { mode: 0o700 });
    for (let after = ''; ; ) {
      const page = listBlobs(copy.db, after, PAGE);
      await queue.addAll(
        page.map(
          ({ sha256, size }) =>
            () =>
              one(sha256, size),
        ),
      );
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = last.sha256;
    }
  } finally {
    copy.sqlite.close();
  }
  for (const folder of folders) await sync(folder);
  return { files, bytes, missing: missing.sort() };
}

async function copyOne(from: string, to: string, linked: boolean): Promise<void> {
  if (linked) {
    try {
      return await link(from, to);
    } catch (error) {
      // On another disk, or on one that has no links: a copy then.
      if (!(error instanceof Error && 'code' in error && (error.code === 'EXDEV' || error.code === 'EPERM')))
        throw error;
    }
  }
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await sync(to);
}

/**
 * The keys, and the config without its secrets. Nothing else: what people put into the data folder (an older config, a
 * file with a password, a private key) is not ours to hand on.
 */
async function copySmallFiles(config: Config, partial: string): Promise<void> {
  const keys = join(config.dataFolder, KEYS);
  if (existsSync(keys)) await copyOne(keys, join(partial, KEYS), false);
  const settings = join(partial, 'config.json');
  await writeFile(settings, withoutSecrets(readFileSync(config.file, 'utf8')), { mode: 0o600 });
  await sync(settings);
}

/** Passwords that stand in the config as text become questions to the environment: the start asks for them. */
export function withoutSecrets(json: string): string {
  const value: unknown = JSON.parse(json.replace(/^\ufeff/, ''), (name, inner: unknown) =>
    typeof inner === 'string' && /^(?:password|secret|token)$/i.test(name)
      ? { env: 'TAQUILLA_RESTORED_SECRET' }
      : inner,
  );
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A file's bytes, or a folder's names. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function explained(error: unknown, target: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'SQLITE_FULL' || code === 'EDQUOT')
    return new CommandError(`${shownPath(target)}: no space left for the backup; what was written is removed again`, 1);
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'SQLITE_CANTOPEN')
    return new CommandError(
      `${shownPath(target)}: cannot be written (${code}); give this user the right to write there`,
      1,
    );
  return error;
}
