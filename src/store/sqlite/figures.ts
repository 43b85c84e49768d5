/**
 * Figures for those who watch the gateway: by an index or from the file's header. Only the sum over all files reads a
 * table, so it is taken once a minute at most.
 */
import type Database from 'better-sqlite3';
import { and, asc, count, eq, gt, min, type SQL, sql, sum } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Verdict } from '../../tickets/decision.ts';
import type { LiveFigures, StoreFigures } from '../store.ts';
import { listMails } from './desk-rows.ts';
import { blobs, intakeRecords, outbox, tickets } from './schema.ts';

const BLOBS_MS = 60_000;

export function prepareFigures(sqlite: Database.Database, db: BetterSQLite3Database): (now: number) => StoreFigures {
  let files: { readonly at: number; readonly blobs: StoreFigures['blobs'] } | null = null;
  // Spelled as in the partial indexes (schema.ts), or SQLite will not count on them.
  const inState = (state: SQL) =>
    db
      .select({ mails: count(), oldest: min(outbox.createdAt) })
      .from(outbox)
      .where(sql`${outbox.state} = ${state}`)
      .get();
  return (now) => {
    if (files === null || now - files.at >= BLOBS_MS) files = { at: now, blobs: blobTotals(db) };
    const queued = inState(sql`'queued'`);
    const pages = Number(sqlite.pragma('page_count', { simple: true }));
    return {
      outbox: {
        queued: queued?.mails ?? 0,
        sending: inState(sql`'sending'`)?.mails ?? 0,
        failed: inState(sql`'failed'`)?.mails ?? 0,
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

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LAST = 50;

export function liveFigures(db: BetterSQLite3Database, now: number): LiveFigures {
  const since = (verdict: Verdict, ms: number) =>
    db
      .select({ mails: count() })
      .from(intakeRecords)
      .where(and(eq(intakeRecords.verdict, verdict), gt(intakeRecords.receivedAt, now - ms)))
      .get()?.mails ?? 0;
  const mailsOf = (verdict: Verdict) => ({
    minute: since(verdict, MINUTE),
    hour: since(verdict, HOUR),
    day: since(verdict, 24 * HOUR),
  });
  return {
    open: db
      .select({ department: tickets.department, tickets: count() })
      .from(tickets)
      .where(eq(tickets.status, 'open'))
      .groupBy(tickets.department)
      .orderBy(asc(tickets.department))
      .all(),
    mails: {
      'open-ticket': mailsOf('open-ticket'),
      'append-message': mailsOf('append-message'),
      duplicate: mailsOf('duplicate'),
      refuse: mailsOf('refuse'),
      hold: mailsOf('hold'),
      ignore: mailsOf('ignore'),
    },
    last: listMails(db, { limit: LAST }),
  };
}
