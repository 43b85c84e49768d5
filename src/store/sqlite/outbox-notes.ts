/** What the outbox writes outside its own table: notes on tickets, and contacts to whom mails come back. */
import { and, eq, isNull } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { contacts, messages } from './schema.ts';

/** A system note for staff. It is no word of a person: the ticket's clock does not start anew. */
export function writeOutboxNote(db: BetterSQLite3Database, ticketId: number, text: string, now: number): void {
  db.insert(messages)
    .values({ ticketId, author: 'system', visibility: 'note', verified: true, text, createdAt: now })
    .run();
}

/** On every account that lists the address itself; not a whole domain for one of its addresses. */
export function markUndeliverable(db: BetterSQLite3Database, address: string, now: number): void {
  db.update(contacts)
    .set({ undeliverableSince: now })
    .where(and(eq(contacts.address, address), isNull(contacts.undeliverableSince)))
    .run();
}
