/**
 * Figures for those who watch the gateway: by an index or from the file's header. Only the sum over all files reads a
 * table, so it is taken once a minute at most.
 */
import type Database from 'better-sqlite3';
import { count, eq, min, sum } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { StoreFigures } from '../store.ts';
import { blobs, outbox } from './schema.ts';

const BLOBS_MS = 60_000;

export function prepareFigures(sqlite: Database.Database, db: BetterSQLite3Database): (now: number) => StoreFigures {
  let files: { readonly at: number; readonly blobs: StoreFigures['blobs'] } | null = null;
  const inState = (state: 'queued' | 'sending' | 'failed') =>
    db
      .select({ mails: count(), oldest: min(outbox.createdAt) })
      .from(outbox)
      .where(eq(outbox.state, state))
      .get();
  return (now) => {
    if (files === null || now - files.at >= BLOBS_MS) files = { at: now, blobs: blobTotals(db) };
    const queued = inState('queued');
    const pages = Number(sqlite.pragma('page_count', { simple: true }));
    return {
      outbox: {
        queued: queued?.mails ?? 0,
        sending: inState('sending')?.mails ?? 0,
        failed: inState('failed')?.mails ?? 0,
      },
      oldestQueuedAt: queued?.oldest ?? null,
      databaseBytes: pages * Number(sqlite.pragma('page_size', { simple: true })),
      blobs: files.blobs,
    };
  };
}

function blobTotals(db: BetterSQLite3Database): StoreFigures['blobs'] {
  const found = db
    .select({ files: count(), bytes: sum(blobs.size).mapWith(Number) })
    .from(blobs)
    .get();
  return { files: found?.files ?? 0, bytes: found?.bytes ?? 0 };
}
