/**
 * `taquilla verify`: is everything there and whole? Rows against files and their hashes, the database against itself.
 * Changes nothing; works beside a running gateway and on a backup.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { GRACE_MS } from '../intake/sweeper.ts';
import { BlobStore } from '../store/blobs/blob-store.ts';
import { blobFile, blobFolders, blobNames } from '../store/blobs/stray-files.ts';
import { DatabaseUnusable } from '../store/database-unusable.ts';
import { KeysUnusable, readSigningKeys } from '../store/signing-keys.ts';
import { listBlobs, namedBlobs } from '../store/sqlite/blob-rows.ts';
import { type OpenDatabase, openReadOnly } from '../store/sqlite/open-database.ts';
import { textIndexDamage, textIndexFile } from '../store/sqlite/text-index-file.ts';
import { usersOfBlob, verifyDatabase } from '../store/sqlite/verify-database.ts';
import { counted } from '../tickets/counted.ts';
import { CommandError, type JsonOption, locateConfig, print, printJson, shownPath } from './command.ts';

export interface VerifyOptions extends JsonOption {
  readonly data?: string;
}

export interface VerifyFinding {
  /** What is wrong. */
  readonly problem: string;
  /** What to do about it. */
  readonly advice: string;
}

export interface Verified {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  readonly problems: readonly VerifyFinding[];
  /** Files that no row names: no loss, and the gateway removes them by itself. */
  readonly orphans: readonly string[];
}

const FROM_BACKUP = 'restore it from the newest backup that has it whole (taquilla verify --data BACKUP)';
const RESTORE =
  'stop the gateway, keep a copy of the folder, and restore the newest backup in which verify finds nothing';
const PAGE = 1000;

/** Looks at a data folder; throws `CommandError` where there is none. */
export async function verifyFolder(folder: string, now: number): Promise<Verified> {
  const database = join(folder, 'taquilla.db');
  const blobs = join(folder, 'blobs');
  let opened: OpenDatabase | null;
  try {
    opened = openReadOnly(database);
  } catch (error) {
    if (!(error instanceof DatabaseUnusable)) throw error;
    const problems = [{ problem: error.message, advice: FROM_BACKUP }];
    return { folder, files: 0, bytes: 0, problems, orphans: [] };
  }
  if (opened === null) throw new CommandError(`there is no database in ${shownPath(folder)}`, 1);
  try {
    const { readable, problems: found } = verifyDatabase(opened);
    const inside = found.map((text) => ({ problem: `${shownPath(database)}: ${text}`, advice: RESTORE }));
    const base = { folder, problems: [...inside, ...searchProblems(database), ...keyProblems(folder)] };
    if (!readable) return { ...base, files: 0, bytes: 0, orphans: [] };
    // Rows first, files after: what comes in meanwhile has its file before its row.
    const files = await verifyBlobs(opened, blobs);
    const orphans = await orphansIn(opened, blobs, now);
    return { ...base, ...files, problems: [...base.problems, ...files.problems], orphans };
  } finally {
    opened.sqlite.close();
  }
}

async function verifyBlobs(opened: OpenDatabase, folder: string) {
  const problems: VerifyFinding[] = [];
  let files = 0;
  let bytes = 0;
  for (let after = ''; ; ) {
    const page = listBlobs(opened.db, after, PAGE);
    for (const { sha256, size } of page) {
      const wrong = await blobProblem(folder, sha256, size);
      files += 1;
      bytes += size;
      if (wrong === null) continue;
      const users = usersOfBlob(opened, sha256).join(', ');
      problems.push({ problem: `file ${sha256} ${wrong}${users === '' ? '' : ` (${users})`}`, advice: FROM_BACKUP });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { files, bytes, problems };
    after = last.sha256;
  }
}

/** What is wrong with one file; `null` where it is whole. */
async function blobProblem(folder: string, sha256: string, size: number): Promise<string | null> {
  const file = await blobFile(folder, sha256);
  if (file === null) return 'is missing';
  if (file.size !== size) return `has ${file.size} bytes instead of ${size}`;
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(BlobStore.pathIn(folder, sha256)), hash);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return `cannot be read (${code})`;
  }
  return hash.digest('hex') === sha256 ? null : 'holds something else than its name says: it is damaged';
}

function keyProblems(folder: string): VerifyFinding[] {
  const path = shownPath(join(folder, 'keys.json'));
  const advice = `${FROM_BACKUP}; with another key, replies to mails that went out before are not known by their Message-ID`;
  if (!existsSync(join(folder, 'keys.json'))) return [{ problem: `${path} is missing`, advice }];
  try {
    readSigningKeys(folder);
    return [];
  } catch (error) {
    if (!(error instanceof KeysUnusable)) throw error;
    return [{ problem: error.message, advice }];
  }
}

/** Nothing is lost with the index: all its words are in the database. */
function searchProblems(database: string): VerifyFinding[] {
  return textIndexDamage(database).map((text) => ({
    problem: `${shownPath(textIndexFile(database))}: is damaged: ${text}`,
    advice: 'no mail is lost: stop the gateway and remove this file; the next start makes it anew',
  }));
}

/** Young files may be about to get their row. */
async function orphansIn(opened: OpenDatabase, folder: string, now: number): Promise<string[]> {
  const orphans: string[] = [];
  for (const start of await blobFolders(folder)) {
    const names = await blobNames(folder, start);
    for (let from = 0; from < names.length; from += PAGE) {
      const some = names.slice(from, from + PAGE);
      const named = new Set(namedBlobs(opened.db, some));
      for (const name of some) {
        if (named.has(name)) continue;
        const file = await blobFile(folder, name);
        if (file !== null && file.modifiedAt < now - GRACE_MS) orphans.push(name);
      }
    }
  }
  return orphans;
}

export async function verify(options: VerifyOptions): Promise<void> {
  const folder = options.data === undefined ? locateConfig(options).config.dataFolder : resolve(options.data);
  const result = await verifyFolder(folder, Date.now());
  if (options.json === true) printJson({ ok: result.problems.length === 0, ...result });
  else describe(result);
  const count = result.problems.length;
  if (count > 0) throw new CommandError(`${counted(count, 'problem')} in ${shownPath(folder)}`, 1);
}

function describe({ folder, files, bytes, problems, orphans }: Verified): void {
  for (const { problem, advice } of problems) print(`${problem}\n  → ${advice}`);
  const seen = `${counted(files, 'file')}, ${Math.round(bytes / 1024)} KB`;
  if (problems.length === 0) print(`${shownPath(folder)}: everything is there and whole (${seen})`);
  if (orphans.length > 0)
    print(
      `${counted(orphans.length, 'file belongs', 'files belong')} to no mail any more; no loss: the running gateway tidies up by itself`,
    );
}
