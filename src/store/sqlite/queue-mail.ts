/** Puts a mail into the outbox. */
import { eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { domainOf } from '../../mail/address.ts';
import type { OutgoingMail } from '../../tickets/decision.ts';
import { ANSWERS } from '../../tickets/lifecycle.ts';
import { undelivered } from '../../tickets/staff-answer.ts';
import { insertRow } from './insert-row.ts';
import { atMost, prepared } from './prepared.ts';
import { contacts, outbox } from './schema.ts';

const contactAt = prepared((db) =>
  db
    .select({ id: contacts.id })
    .from(contacts)
    .where(eq(contacts.address, sql.placeholder('address')))
    .limit(atMost(1))
    .prepare(),
);

/** In the transaction of its cause. `intakeId`: of the mail that caused it. */
export function queueMail(
  db: BetterSQLite3Database,
  mail: OutgoingMail,
  ticketId: number | null,
  intakeId: number | null,
  now: number,
): void {
  // What tells of an answer that did not arrive is told once, however often that is reported.
  if (mail.data.kind === 'answer-undelivered' && isQueued(db, mail.messageId)) return;
  insertRow(db, outbox, {
    kind: mail.data.kind,
    ticketId,
    intakeId,
    recipient: mail.recipient,
    strangerDomain: strangerDomain(db, mail),
    messageId: mail.messageId,
    mail,
    nextAttemptAt: now,
    createdAt: now,
  });
}

/** What `domainLastHour` counts: mails that tell of a ticket or a client's mail are nobody's share. */
function strangerDomain(db: BetterSQLite3Database, { data, recipient }: OutgoingMail): string | null {
  const answers = ANSWERS.has(data.kind) || data.kind === 'refusal-notice';
  return answers && contactAt(db).get({ address: recipient }) === undefined ? domainOf(recipient) : null;
}

function isQueued(db: BetterSQLite3Database, messageId: string): boolean {
  return db.select({ id: outbox.id }).from(outbox).where(eq(outbox.messageId, messageId)).get() !== undefined;
}

/** Whoever wrote what a mail said hears that it has failed. */
export function tellUndelivered(db: BetterSQLite3Database, id: number, error: string, now: number): void {
  const row = db
    .select({ mail: outbox.mail, ticketId: outbox.ticketId, intakeId: outbox.intakeId })
    .from(outbox)
    .where(eq(outbox.id, id))
    .get();
  const notice = row === undefined ? null : undelivered(row.mail, error);
  if (row !== undefined && notice !== null) queueMail(db, notice, row.ticketId, row.intakeId, now);
}
