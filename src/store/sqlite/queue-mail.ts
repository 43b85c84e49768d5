/** Puts a mail into the outbox. */
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { OutgoingMail } from '../../tickets/decision.ts';
import { insertRow } from './insert-row.ts';
import { outbox } from './schema.ts';

/** In the transaction of its cause. `intakeId`: of the mail that caused it. */
export function queueMail(
  db: BetterSQLite3Database,
  mail: OutgoingMail,
  ticketId: number | null,
  intakeId: number | null,
  now: number,
): void {
  insertRow(db, outbox, {
    kind: mail.data.kind,
    ticketId,
    intakeId,
    recipient: mail.recipient,
    messageId: mail.messageId,
    mail,
    nextAttemptAt: now,
    createdAt: now,
  });
}
