/**
 * Carries retention out: what is due goes a few rows at a time, so that mail that comes in never waits for it, and
 * pages that have become free go back to the disk. The same for the clock and for `taquilla purge`.
 */
import type { BlobStore } from '../store/blobs/blob-store.ts';
import type { RetentionStore } from '../store/keeping.ts';
import {
  agedRemovals,
  type MailPlace,
  pagesToGiveBack,
  quotaEnd,
  type Removal,
  type Retention,
} from '../tickets/retention.ts';

export interface RetentionParts {
  readonly store: RetentionStore;
  readonly blobs: Pick<BlobStore, 'touch'>;
  readonly retention: Retention;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Asked between two transactions; true ends the work early. */
  readonly stopped?: () => boolean;
}

export interface RemovedRows {
  readonly removal: Removal;
  readonly rows: number;
  readonly bytes: number;
}

/** Rows in one transaction. */
const BATCH = 100;
const PAGE = 5000;
/** Pages in one transaction: 1 MB. */
const PAGES = 256;

/** All that is due now: by age, and of what is left after that, by quota. */
export async function dueRemovals({ store, retention, now }: RetentionParts): Promise<Removal[]> {
  const aged = agedRemovals(retention, now);
  const quota = retention.refuseBytes === null ? null : await overQuota(store, retention.refuseBytes);
  return quota === null ? aged : [...aged, quota];
}

async function overQuota(store: RetentionStore, bytes: number): Promise<Removal | null> {
  let room = bytes;
  for (let after: MailPlace | null = null; ; ) {
    const page = await store.pageRefusedSizes(after, PAGE);
    const { upTo, left } = quotaEnd(page, room);
    if (upTo !== null) return { kind: 'over-quota', upTo };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return null;
    room = left;
    after = last;
  }
}

/** What was removed, by its reason; reasons that removed nothing are left out. */
export async function carryOut(parts: RetentionParts): Promise<RemovedRows[]> {
  const done: RemovedRows[] = [];
  for (const removal of await dueRemovals(parts)) {
    const { rows, bytes } = await remove(parts, removal);
    if (rows > 0) done.push({ removal, rows, bytes });
  }
  if (done.length > 0) await giveBack(parts);
  return done;
}

async function remove(
  { store, blobs, stopped }: RetentionParts,
  removal: Removal,
): Promise<Omit<RemovedRows, 'removal'>> {
  let rows = 0;
  let bytes = 0;
  while (stopped?.() !== true) {
    const due = await store.findDue(removal, BATCH);
    if (due.ids.length === 0) break;
    // Before the rows go: the sweeper takes old files without a row, and a running backup may still want them.
    for (const sha256 of due.blobs) await blobs.touch(sha256);
    const removed = await store.removeDue(removal, due.ids);
    rows += removed.rows;
    bytes += removed.bytes;
    if (due.ids.length < BATCH) break;
  }
  return { rows, bytes };
}

/** In a file that was made without that ability nothing is given back (`taquilla compact --full` changes that). */
async function giveBack({ store, stopped }: RetentionParts): Promise<void> {
  for (let left = pagesToGiveBack(await store.fileSpace()); left > 0 && stopped?.() !== true; left -= PAGES) {
    if ((await store.giveBackPages(Math.min(left, PAGES))) === 0) return;
  }
}
