/**
 * The auto-close clock of tickets, in the database, so that it survives restarts. Whatever warns or closes repeats its
 * condition in the write itself: two processes can't do it twice.
 */
import { and, asc, eq, inArray, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { counted } from '../../tickets/counted.ts';
import { whyNotTold } from '../../tickets/desk-ticket.ts';
import { type AutoCloseBounds, autoCloseBounds, ON_DELIVERY } from '../../tickets/lifecycle.ts';
import { type DeskRules, writeStatusMail } from '../../tickets/status-mails.ts';
import type { StaleTicket } from '../store.ts';
import { loadDeskTicketOfRow } from './desk-facts.ts';
import { prepared } from './prepared.ts';
import { queueMail } from './queue-mail.ts';
import { messages, outbox, tickets } from './schema.ts';

const startClock = prepared((db) =>
  db
    .update(tickets)
    .set({ idleSince: sql`${sql.placeholder('now')}`, warnedAt: null })
    .where(eq(tickets.id, sql.placeholder('ticket')))
    .prepare(),
);
const dropWarnings = prepared((db) =>
  db
    .update(outbox)
    .set({ state: 'cancelled', finishedAt: sql`${sql.placeholder('now')}` })
    .where(
      and(
        eq(outbox.ticketId, sql.placeholder('ticket')),
        eq(outbox.kind, 'auto-close-warning'),
        sql`${outbox.state} = 'queued'`,
      ),
    )
    .prepare(),
);

/** A person wrote, the status changed, or an answer arrived: the days begin anew and a warning that waits is void. */
export function restartClock(db: BetterSQLite3Database, ticketId: number, now: number): void {
  startClock(db).run({ ticket: ticketId, now });
  dropWarnings(db).run({ ticket: ticketId, now });
}

/** A mail of ours has left or has failed for good. */
export function noteDelivery(
  db: BetterSQLite3Database,
  mail: Pick<typeof outbox.$inferSelect, 'kind' | 'ticketId'>,
  now: number,
): void {
  if (mail.ticketId === null) return;
  const effect = ON_DELIVERY[mail.kind];
  switch (effect) {
    case 'nothing':
      return;
    case 'restart-clock':
      restartClock(db, mail.ticketId, now);
      return;
    case 'start-warning-time':
      db.update(tickets)
        .set({ warnedAt: now })
        .where(and(eq(tickets.id, mail.ticketId), isNotNull(tickets.warnedAt)))
        .run();
      return;
    default:
      effect satisfies never;
  }
}

/** Warns and closes what is due, at most `limit` tickets of each. Runs inside one transaction. */
export function closeStale(db: BetterSQLite3Database, rules: DeskRules, limit: number): StaleTicket[] {
  const bounds = autoCloseBounds(rules.now, rules.policy);
  if (bounds === null) return [];
  const done: StaleTicket[] = [];
  if (bounds.warn !== null) {
    const due = warnable(bounds.warn);
    for (const ticketId of dueTickets(db, due, limit)) done.push(...warn(db, ticketId, due, rules));
  }
  const due = closable(bounds.close);
  for (const ticketId of dueTickets(db, due, limit)) done.push(...close(db, ticketId, due, rules));
  return done;
}

// Spelled as in the partial index `tickets_idle`, or SQLite can't use it.
const waits = sql`${tickets.status} in ('pending', 'resolved')`;

function warnable({ idleSince }: NonNullable<AutoCloseBounds['warn']>): SQL | undefined {
  return and(waits, lte(tickets.idleSince, idleSince), isNull(tickets.warnedAt));
}

function closable({ idleSince, warnedAt }: AutoCloseBounds['close']): SQL | undefined {
  const idle = and(waits, lte(tickets.idleSince, idleSince));
  if (warnedAt === null) return idle;
  // A warning that has not left yet (the smarthost is down) has warned nobody.
  const onItsWay = sql`exists (select 1 from ${outbox} where ${outbox.ticketId} = ${tickets.id} and ${outbox.kind} = 'auto-close-warning' and ${inArray(outbox.state, ['queued', 'sending'])})`;
  return and(idle, lte(tickets.warnedAt, warnedAt), sql`not ${onItsWay}`);
}

/** The index is named: the planner would sort all tickets that wait to find the few that are due. */
function dueTickets(db: BetterSQLite3Database, due: SQL | undefined, limit: number): number[] {
  return db
    .select({ id: sql<number>`${tickets.id}` })
    .from(sql`${tickets} indexed by tickets_idle`)
    .where(due)
    .orderBy(asc(tickets.idleSince))
    .limit(limit)
    .all()
    .map(({ id }) => id);
}

function warn(db: BetterSQLite3Database, ticketId: number, due: SQL | undefined, rules: DeskRules): StaleTicket[] {
  const { changes } = db
    .update(tickets)
    .set({ warnedAt: rules.now })
    .where(and(eq(tickets.id, ticketId), due))
    .run();
  if (changes === 0) return [];
  const days = rules.policy.autoCloseWarningDays ?? 0;
  return tell(db, ticketId, 'warned', `Warned by the clock: closes in ${counted(days, 'day')} without a reply`, rules);
}

function close(db: BetterSQLite3Database, ticketId: number, due: SQL | undefined, rules: DeskRules): StaleTicket[] {
  const { now } = rules;
  const { changes } = db
    .update(tickets)
    .set({ status: 'closed', statusChangedAt: now, closedAt: now, idleSince: now, warnedAt: null })
    .where(and(eq(tickets.id, ticketId), due))
    .run();
  if (changes === 0) return [];
  const days = rules.policy.autoCloseDays ?? 0;
  return tell(db, ticketId, 'closed', `Closed by the clock: no message for ${counted(days, 'day')}`, rules);
}

/** The note on the ticket, and the mail to its opener where it gets one. */
function tell(
  db: BetterSQLite3Database,
  ticketId: number,
  action: StaleTicket['action'],
  text: string,
  rules: DeskRules,
): StaleTicket[] {
  const ticket = loadDeskTicketOfRow(db, ticketId, rules.policy);
  if (ticket === null) return [];
  const why = whyNotTold(ticket);
  const note = why === null ? `${text}.` : `${text}. No mail to the client: ${why}.`;
  db.insert(messages)
    .values({
      ticketId,
      author: 'system',
      visibility: 'note',
      authorName: 'auto-close',
      verified: true,
      text: note,
      createdAt: rules.now,
    })
    .run();
  if (why === null) {
    const kind = action === 'warned' ? 'auto-close-warning' : 'auto-close-notice';
    queueMail(db, writeStatusMail(kind, ticket, rules), ticketId, null, rules.now);
  }
  return [{ ticket: ticket.publicId, action, mailed: why === null }];
}
