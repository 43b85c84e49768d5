/**
 * What people do to the outbox: send once more, cancel. A mail that the worker has claimed is left alone: it may be on
 * its way at this moment, and nobody could say afterwards whether it was sent.
 */
import { eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { handlingNote } from '../../tickets/note-bounce.ts';
import type { OutboxChange, OutboxState } from '../store.ts';
import { writeOutboxNote } from './outbox-notes.ts';
import { outbox } from './schema.ts';

interface Wish {
  readonly from: readonly OutboxState[];
  readonly done: 'sent once more' | 'cancelled';
  readonly set: (state: OutboxState) => Partial<typeof outbox.$inferInsert>;
}

export function retryMails(
  db: BetterSQLite3Database,
  which: readonly number[] | 'all-failed',
  by: string,
  now: number,
): OutboxChange[] {
  const ids =
    which === 'all-failed'
      ? db
          .select({ id: outbox.id })
          .from(outbox)
          .where(eq(outbox.state, 'failed'))
          .orderBy(outbox.id)
          .all()
          .map(({ id }) => id)
      : which;
  const wish: Wish = {
    from: ['failed', 'cancelled', 'queued'],
    done: 'sent once more',
    set: (state) => ({
      state: 'queued',
      nextAttemptAt: now,
      // One that waits goes on in its plan.
      ...(state === 'queued' ? {} : { attempts: 0, retriedAt: now, finishedAt: null }),
    }),
  };
  return ids.map((id) => changeOne(db, id, wish, by, now));
}

export function cancelMails(
  db: BetterSQLite3Database,
  ids: readonly number[],
  by: string,
  now: number,
): OutboxChange[] {
  const wish: Wish = {
    from: ['queued', 'failed'],
    done: 'cancelled',
    set: () => ({ state: 'cancelled', finishedAt: now }),
  };
  return ids.map((id) => changeOne(db, id, wish, by, now));
}

function changeOne(db: BetterSQLite3Database, id: number, wish: Wish, by: string, now: number): OutboxChange {
  const row = db
    .select({ state: outbox.state, kind: outbox.kind, recipient: outbox.recipient, ticketId: outbox.ticketId })
    .from(outbox)
    .where(eq(outbox.id, id))
    .get();
  if (row === undefined) return { id, kind: 'unknown' };
  const { state, kind, recipient, ticketId } = row;
  if (!wish.from.includes(state)) return { id, kind: 'refused', state };
  db.update(outbox)
    .set({ ...wish.set(state), handledBy: by })
    .where(eq(outbox.id, id))
    .run();
  if (ticketId !== null)
    writeOutboxNote(db, ticketId, handlingNote({ kind, recipient, outboxId: id }, wish.done, by), now);
  return { id, kind: 'done' };
}
