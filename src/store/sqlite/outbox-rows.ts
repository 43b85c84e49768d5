/**
 * The outbox as a queue: claim with a lease, freeze what was rendered, finish, each for many mails at once. A claim that
 * was never finished (the process died) is due again when its lease ends.
 */
import { and, asc, eq, inArray, lte, min, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { failureNote } from '../../tickets/note-bounce.ts';
import type { ClaimedMail, OutboxStore, SendOutcome } from '../store.ts';
import { noteDelivery } from './auto-close-rows.ts';

import { markUndeliverable, writeOutboxNote } from './outbox-notes.ts';
import { tellUndelivered } from './queue-mail.ts';
import { outbox } from './schema.ts';

type Finished = Parameters<OutboxStore['finishMails']>[0];

const claimedColumns = {
  id: outbox.id,
  kind: outbox.kind,
  recipient: outbox.recipient,
  ticket: sql<string | null>`(select public_id from tickets where tickets.id = ${outbox.ticketId})`,
  attempts: outbox.attempts,
  since: sql<number>`coalesce(${outbox.retriedAt}, ${outbox.createdAt})`,
  leaseUntil: sql<number>`${outbox.leaseUntil}`,
  mail: outbox.mail,
  frozen: sql<number>`${outbox.rendered} is not null`,
};

export function claimMails(db: BetterSQLite3Database, limit: number, now: number, leaseMs: number): ClaimedMail[] {
  const take = (due: SQL | undefined, order: typeof outbox.leaseUntil | typeof outbox.nextAttemptAt, count: number) =>
    db
      .update(outbox)
      .set({ state: 'sending', leaseUntil: now + leaseMs })
      .where(
        inArray(
          outbox.id,
          db.select({ id: outbox.id }).from(outbox).where(due).orderBy(asc(order), asc(outbox.id)).limit(count),
        ),
      )
      .returning(claimedColumns)
      .all();
  // One after the other: together they would have to be sorted, all that are due for each claim.
  const expired = take(and(isState('sending'), lte(outbox.leaseUntil, now)), outbox.leaseUntil, limit);
  const room = limit - expired.length;
  const queued =
    room === 0 ? [] : take(and(isState('queued'), lte(outbox.nextAttemptAt, now)), outbox.nextAttemptAt, room);
  return [...expired, ...queued]
    .sort((one, other) => one.id - other.id)
    .map((row) => ({ ...row, frozen: row.frozen === 1 }));
}

/** Spelled as in the partial indexes, or SQLite will not use them. */
function isState(state: 'queued' | 'sending'): SQL {
  return state === 'queued' ? sql`${outbox.state} = 'queued'` : sql`${outbox.state} = 'sending'`;
}

export function freezeMails(db: BetterSQLite3Database, mails: Parameters<OutboxStore['freezeMails']>[0]): void {
  const freeze = db
    .update(outbox)
    .set({ rendered: sql`${sql.placeholder('rendered')}` })
    .where(eq(outbox.id, sql.placeholder('id')))
    .prepare();
  for (const { id, rendered } of mails) freeze.run({ id, rendered });
}

export function findFrozen(db: BetterSQLite3Database, id: number): Buffer | null {
  return db.select({ rendered: outbox.rendered }).from(outbox).where(eq(outbox.id, id)).get()?.rendered ?? null;
}

export function finishMails(db: BetterSQLite3Database, finished: Finished, now: number): void {
  const sent = finished.flatMap(({ id, outcome }) => (outcome.state === 'sent' ? [id] : []));
  if (sent.length > 0) {
    const rows = db
      .update(outbox)
      .set({ leaseUntil: null, ...change({ state: 'sent' }, now) })
      .where(
        and(sql`${outbox.id} in (select value from json_each(${JSON.stringify(sent)}))`, eq(outbox.state, 'sending')),
      )
      .returning({ kind: outbox.kind, ticketId: outbox.ticketId })
      .all();
    for (const row of rows) noteDelivery(db, row, now);
  }
  for (const { id, outcome } of finished) if (outcome.state !== 'sent') finish(db, id, outcome, now);
}

function finish(db: BetterSQLite3Database, id: number, outcome: SendOutcome, now: number): void {
  const row = db
    .update(outbox)
    .set({ leaseUntil: null, ...change(outcome, now) })
    .where(and(eq(outbox.id, id), eq(outbox.state, 'sending')))
    .returning({ kind: outbox.kind, ticketId: outbox.ticketId, recipient: outbox.recipient })
    .get();
  if (row === undefined || outcome.state !== 'failed') return;
  noteDelivery(db, row, now);
  const { kind, ticketId, recipient } = row;
  if (ticketId !== null)
    writeOutboxNote(db, ticketId, failureNote({ kind, recipient, outboxId: id }, outcome.error), now);
  tellUndelivered(db, id, outcome.error, now);
  if (outcome.badAddress) markUndeliverable(db, recipient, now);
}

function change(outcome: SendOutcome, now: number) {
  const attempts = sql`${outbox.attempts} + 1`;
  switch (outcome.state) {
    case 'sent':
      return { state: 'sent', attempts, finishedAt: now, lastError: null } as const;
    case 'failed':
      return { state: 'failed', attempts, finishedAt: now, lastError: outcome.error } as const;
    case 'queued':
      return {
        state: 'queued',
        nextAttemptAt: outcome.nextAttemptAt,
        ...(outcome.error === null ? {} : { lastError: outcome.error }),
        ...(outcome.counted ? { attempts } : {}),
      } as const;
    default:
      return outcome satisfies never;
  }
}

export function nextDueAt(db: BetterSQLite3Database): number | null {
  const queued =
    db
      .select({ at: min(outbox.nextAttemptAt) })
      .from(outbox)
      .where(isState('queued'))
      .get()?.at ?? null;
  const leased =
    db
      .select({ at: min(outbox.leaseUntil) })
      .from(outbox)
      .where(isState('sending'))
      .get()?.at ?? null;
  if (queued === null) return leased;
  return leased === null ? queued : Math.min(queued, leased);
}
