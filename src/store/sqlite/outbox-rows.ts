/**
 * The outbox as a queue: claim with a lease, freeze what was rendered, finish. A claim that was never finished (the
 * process died) is due again when its lease ends.
 */
import { and, asc, eq, inArray, lte, min, or, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { OutboxDetail, SendOutcome } from '../store.ts';
import { noteDelivery } from './auto-close-rows.ts';
import { outboxColumns } from './outbox-columns.ts';
import { tellUndelivered } from './queue-mail.ts';
import { outbox, tickets } from './schema.ts';

export function claimMails(db: BetterSQLite3Database, limit: number, now: number, leaseMs: number): OutboxDetail[] {
  const due = db
    .select({ id: outbox.id })
    .from(outbox)
    .where(
      or(
        and(eq(outbox.state, 'queued'), lte(outbox.nextAttemptAt, now)),
        and(eq(outbox.state, 'sending'), lte(outbox.leaseUntil, now)),
      ),
    )
    .orderBy(asc(outbox.nextAttemptAt), asc(outbox.id))
    .limit(limit)
    .all()
    .map(({ id }) => id);
  if (due.length === 0) return [];
  db.update(outbox)
    .set({ state: 'sending', leaseUntil: now + leaseMs })
    .where(inArray(outbox.id, due))
    .run();
  return db
    .select(outboxColumns)
    .from(outbox)
    .leftJoin(tickets, eq(tickets.id, outbox.ticketId))
    .where(inArray(outbox.id, due))
    .orderBy(asc(outbox.id))
    .all();
}

export function freezeMail(db: BetterSQLite3Database, id: number, rendered: Buffer): void {
  db.update(outbox).set({ rendered }).where(eq(outbox.id, id)).run();
}

export function finishMail(db: BetterSQLite3Database, id: number, outcome: SendOutcome, now: number): void {
  const attempts = sql`${outbox.attempts} + 1`;
  const change = () => {
    switch (outcome.state) {
      case 'sent':
        return { state: 'sent', attempts, finishedAt: now, lastError: null } as const;
      case 'failed':
        return { state: 'failed', attempts, finishedAt: now, lastError: outcome.error } as const;
      case 'queued':
        return {
          state: 'queued',
          nextAttemptAt: outcome.nextAttemptAt,
          lastError: outcome.error,
          ...(outcome.counted ? { attempts } : {}),
        } as const;
      default:
        return outcome satisfies never;
    }
  };
  db.update(outbox)
    .set({ ...change(), leaseUntil: null })
    .where(eq(outbox.id, id))
    .run();
  if (outcome.state !== 'queued') noteDelivery(db, id, now);
  if (outcome.state === 'failed') tellUndelivered(db, id, outcome.error, now);
}

export function nextDueAt(db: BetterSQLite3Database): number | null {
  const queued =
    db
      .select({ at: min(outbox.nextAttemptAt) })
      .from(outbox)
      .where(eq(outbox.state, 'queued'))
      .get()?.at ?? null;
  const leased =
    db
      .select({ at: min(outbox.leaseUntil) })
      .from(outbox)
      .where(eq(outbox.state, 'sending'))
      .get()?.at ?? null;
  if (queued === null) return leased;
  return leased === null ? queued : Math.min(queued, leased);
}
