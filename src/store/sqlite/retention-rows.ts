/**
 * Finds and removes what retention lets go of. Finding is a question of its own: the files that the rows name have to be
 * touched before the rows go (blob-rows.ts), and removing repeats the condition, so that a mail that was let in
 * meanwhile stays.
 */
import { and, asc, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { MailPlace, MailSize, Removal } from '../../tickets/retention.ts';
import type { DueRows, DueSummary, Removed } from '../keeping.ts';
import { freeBlobs } from './blob-rows.ts';
import { intakeRecords, outbox, rawMails } from './schema.ts';

type Source = 'intake' | 'outbox';

function sourceOf({ kind }: Removal): Source {
  return kind === 'outbox-bytes' || kind === 'outbox-without-ticket' ? 'outbox' : 'intake';
}

// Conditions are spelled as in the partial indexes, or SQLite will not use them.
function isDue(removal: Removal): SQL | undefined {
  switch (removal.kind) {
    case 'mails':
      return and(eq(intakeRecords.verdict, removal.verdict), lt(intakeRecords.receivedAt, removal.before));
    case 'over-quota':
      return and(
        eq(intakeRecords.verdict, 'refuse'),
        sql`(${intakeRecords.receivedAt}, ${intakeRecords.id}) <= (${removal.upTo.receivedAt}, ${removal.upTo.id})`,
      );
    case 'raw-of-tickets':
      return and(
        sql`${intakeRecords.rawBytes} is not null and ${intakeRecords.verdict} in ('open-ticket', 'append-message')`,
        lt(intakeRecords.receivedAt, removal.before),
      );
    case 'outbox-bytes':
      return and(
        sql`${outbox.rendered} is not null and ${outbox.state} in ('sent', 'failed', 'cancelled')`,
        lt(outbox.finishedAt, removal.before),
      );
    case 'outbox-without-ticket':
      return and(
        sql`${outbox.ticketId} is null and ${outbox.finishedAt} is not null`,
        lt(outbox.finishedAt, removal.before),
      );
    default:
      return removal satisfies never;
  }
}

/** The planner prefers an index over all mails of a verdict, where the bytes of most are gone already. */
function intakeRecordsBy({ kind }: Removal): SQL | typeof intakeRecords {
  return kind === 'raw-of-tickets' ? sql`${intakeRecords} indexed by intake_raw_kept` : intakeRecords;
}

const renderedBytes = sql<number>`coalesce(length(${outbox.rendered}), 0)`;

export function summarizeDue(db: BetterSQLite3Database, removal: Removal): DueSummary {
  const query =
    sourceOf(removal) === 'outbox'
      ? db
          .select(summary(sql`coalesce(sum(${renderedBytes}), 0)`, outbox.finishedAt))
          .from(outbox)
          .where(isDue(removal))
      : db
          .select(summary(sql`coalesce(sum(${intakeRecords.rawBytes}), 0)`, intakeRecords.receivedAt))
          .from(intakeRecordsBy(removal))
          .where(isDue(removal));
  return query.get() ?? { rows: 0, bytes: 0, oldest: null, newest: null };
}

function summary(bytes: SQL, time: typeof outbox.finishedAt | typeof intakeRecords.receivedAt) {
  return {
    rows: sql<number>`count(*)`,
    bytes: sql<number>`${bytes}`,
    oldest: sql<number | null>`min(${time})`,
    newest: sql<number | null>`max(${time})`,
  };
}

export function findDue(db: BetterSQLite3Database, removal: Removal, limit: number): DueRows {
  if (sourceOf(removal) === 'outbox') {
    const rows = db
      .select({ id: outbox.id })
      .from(outbox)
      .where(isDue(removal))
      .orderBy(asc(outbox.finishedAt))
      .limit(limit)
      .all();
    return { ids: rows.map(({ id }) => id), blobs: [] };
  }
  const rows = db
    // As SQL: drizzle takes a table with `indexed by` for another one.
    .select({ id: sql<number>`${intakeRecords.id}`, sha256: sql<string | null>`${intakeRecords.rawSha256}` })
    .from(intakeRecordsBy(removal))
    .where(isDue(removal))
    .orderBy(asc(intakeRecords.receivedAt))
    .limit(limit)
    .all();
  return {
    ids: rows.map(({ id }) => id),
    blobs: [...new Set(rows.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256])))],
  };
}

export function removeDue(db: BetterSQLite3Database, removal: Removal, ids: readonly number[]): Removed {
  switch (removal.kind) {
    case 'mails':
    case 'over-quota':
      return removeMails(db, and(inArray(intakeRecords.id, [...ids]), isDue(removal)));
    case 'raw-of-tickets':
      return removeRaw(db, and(inArray(intakeRecords.id, [...ids]), isDue(removal)));
    case 'outbox-bytes': {
      const which = and(inArray(outbox.id, [...ids]), isDue(removal));
      const bytes = outgoingBytes(db, which);
      const { changes } = db.update(outbox).set({ rendered: null }).where(which).run();
      return { rows: changes, bytes, blobs: [] };
    }
    case 'outbox-without-ticket': {
      const which = and(inArray(outbox.id, [...ids]), isDue(removal));
      const bytes = outgoingBytes(db, which);
      return { rows: db.delete(outbox).where(which).run().changes, bytes, blobs: [] };
    }
    default:
      return removal satisfies never;
  }
}

function outgoingBytes(db: BetterSQLite3Database, which: SQL | undefined): number {
  const found = db
    .select({ bytes: sql<number>`coalesce(sum(${renderedBytes}), 0)` })
    .from(outbox)
    .where(which)
    .get();
  return found?.bytes ?? 0;
}

const gone = { rawBytes: intakeRecords.rawBytes, sha256: intakeRecords.rawSha256 };

/** Messages and mails that came of them go on naming them: no other record will have their number. */
function removeMails(db: BetterSQLite3Database, which: SQL | undefined): Removed {
  return counted(db, db.delete(intakeRecords).where(which).returning(gone).all());
}

/** The bytes only. */
export function removeRaw(db: BetterSQLite3Database, which: SQL | undefined): Removed {
  const rows = db
    .select({ id: intakeRecords.id, ...gone })
    .from(intakeRecords)
    .where(which)
    .all();
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return { rows: 0, bytes: 0, blobs: [] };
  db.delete(rawMails).where(inArray(rawMails.intakeId, ids)).run();
  db.update(intakeRecords).set({ rawBytes: null, rawSha256: null }).where(inArray(intakeRecords.id, ids)).run();
  return counted(db, rows);
}

function counted(
  db: BetterSQLite3Database,
  rows: readonly { readonly rawBytes: number | null; readonly sha256: string | null }[],
): Removed {
  const named = rows.flatMap(({ sha256 }) => (sha256 === null ? [] : [sha256]));
  return {
    rows: rows.length,
    bytes: rows.reduce((sum, { rawBytes }) => sum + (rawBytes ?? 0), 0),
    blobs: freeBlobs(db, named),
  };
}

export function pageRefusedSizes(db: BetterSQLite3Database, after: MailPlace | null, limit: number): MailSize[] {
  return db
    .select({
      id: intakeRecords.id,
      receivedAt: intakeRecords.receivedAt,
      bytes: sql<number>`coalesce(${intakeRecords.rawBytes}, 0)`,
    })
    .from(intakeRecords)
    .where(
      and(
        eq(intakeRecords.verdict, 'refuse'),
        after === null
          ? undefined
          : sql`(${intakeRecords.receivedAt}, ${intakeRecords.id}) < (${after.receivedAt}, ${after.id})`,
      ),
    )
    .orderBy(desc(intakeRecords.receivedAt), desc(intakeRecords.id))
    .limit(limit)
    .all();
}
