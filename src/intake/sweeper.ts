/**
 * Takes away files that no row names: blobs of mails that a crash cut off between file and row, and unfinished files of
 * processes that died. At the start and once a day, a little at a time, and only what has lain there long enough: a
 * file comes before its row, so a young one may be about to get its row.
 *
 * Whoever deletes the last row of a blob has to touch its file: the time of grace counts from there, and a backup that
 * is being made still finds it.
 */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import {
  blobFile,
  blobFolders,
  blobNames,
  removeBlob,
  removeUnfinished,
  restoreAside,
  type StrayFile,
  unfinishedFiles,
} from '../store/blobs/stray-files.ts';
import type { BlobRows } from '../store/store.ts';

/** Longer than any mail takes from its first byte to its row. */
export const GRACE_MS = 60 * 60 * 1000;

const EVERY_MS = 24 * 60 * 60 * 1000;
/** Files that are looked at in one go, and the pause after it: mail comes first. */
const BATCH = 500;
const PAUSE_MS = 100;

/** Files that have lain without a change since before `now - GRACE_MS`. */
export function oldEnough<File extends Pick<StrayFile, 'modifiedAt'>>(files: readonly File[], now: number): File[] {
  return files.filter(({ modifiedAt }) => modifiedAt < now - GRACE_MS);
}

/** Unfinished files that can't be of a mail which is coming in: older than this process, and than the time of grace. */
export function abandoned(files: readonly StrayFile[], now: number, startedAt: number): StrayFile[] {
  return oldEnough(files, now).filter(({ modifiedAt }) => modifiedAt < startedAt);
}

export interface SweeperParts {
  readonly store: BlobRows;
  /** Of the blob store. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Sweeper {
  start(): void;
  /** Waits for what is being done. */
  stop(): Promise<void>;
}

export function createSweeper({ store, folder, clock, log }: SweeperParts): Sweeper {
  let stopped = true;
  let cancelTimer: () => void = () => undefined;
  let endPause: () => void = () => undefined;
  let sweeping: Promise<void> = Promise.resolve();
  let startedAt = 0;

  const pause = () =>
    new Promise<void>((resolve) => {
      const cancel = clock.after(PAUSE_MS, resolve);
      endPause = () => {
        cancel();
        resolve();
      };
    });

  function begin(): void {
    if (stopped) return;
    sweeping = sweep()
      .catch((error: unknown) => log.error({ error }, 'files without a row could not be looked for'))
      .finally(() => {
        if (!stopped) cancelTimer = clock.after(EVERY_MS, begin);
      });
  }

  async function sweep(): Promise<void> {
    restoreAside(folder);
    const dead = abandoned(await unfinishedFiles(folder), clock.now(), startedAt);
    for (const { name } of dead) await removeUnfinished(folder, name);
    tell('unfinished files of an earlier run were removed', dead);
    for (const start of await blobFolders(folder)) {
      const names = await blobNames(folder, start);
      for (let from = 0; from < names.length && !stopped; from += BATCH) {
        await sweepBlobs(names.slice(from, from + BATCH));
        await pause();
      }
      if (stopped) return;
    }
  }

  async function sweepBlobs(names: readonly string[]): Promise<void> {
    const named = new Set(await store.namedBlobs(names));
    const strays: StrayFile[] = [];
    for (const name of names) {
      const file = named.has(name) ? null : await blobFile(folder, name);
      if (file !== null) strays.push(file);
    }
    const now = clock.now();
    const removed = oldEnough(strays, now).filter(({ name }) => removeBlob(folder, name, now - GRACE_MS));
    tell('files that no row names were removed', removed);
  }

  function tell(text: string, files: readonly StrayFile[]): void {
    if (files.length > 0) log.info({ files: files.map(({ name, size }) => ({ name, size })) }, text);
  }

  return {
    start() {
      stopped = false;
      startedAt = clock.now();
      begin();
    },
    async stop() {
      stopped = true;
      cancelTimer();
      endPause();
      await sweeping;
    },
  };
}
