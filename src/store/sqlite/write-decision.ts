/**
 * Writes one decision: intake record, raw mail, ticket, message, attachments, outbox rows. Runs inside the
 * transaction in which the facts were read; nothing here decides anything.
 */
import { eq, inArray } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Decision, Effect, NewMessage } from '../../tickets/decision.ts';
import { explain } from '../../tickets/explanation.ts';
import type { IncomingMail } from '../../tickets/incoming-mail.ts';
import { isFromPerson } from '../../tickets/lifecycle.ts';
import type { MailToRecord, RawMail } from '../store.ts';
import { restartClock } from './auto-close-rows.ts';

import { writeStep } from './desk-changes.ts';

import { fingerprintStart } from './fingerprint-start.ts';
import { insertRow } from './insert-row.ts';
import { markUndeliverable } from './outbox-notes.ts';

import { queueMail } from './queue-mail.ts';
import {
  attachments,
  blobs,
  contacts,
  followers,
  intakeRecords,
  messages,
  outbox,
  rawMails,
  tickets,
} from './schema.ts';
import { subjectHash } from './subject-hash.ts';
import { updateTicket } from './update-ticket.ts';

/** Writes a mail that is new. */
export function writeDecision(db: BetterSQLite3Database, record: MailToRecord, decision: Decision, now: number): void {
  const ticketId = writeTicket(db, record.mail, decision.effect, now) ?? decision.thread?.ticket.ticketId ?? null;
  const intakeId = writeIntakeRecord(db, record, decision, ticketId);
  writeRawMail(db, intakeId, record.raw, now);
  writeConsequences(db, record.mail, decision, ticketId, intakeId, now);
}

/** Writes the new decision on a mail that has a record already. */
export function rewriteDecision(
  db: BetterSQLite3Database,
  intakeId: number,
  mail: IncomingMail,
  decision: Decision,
  now: number,
): void {
  const ticketId = writeTicket(db, mail, decision.effect, now) ?? decision.thread?.ticket.ticketId ?? null;
  db.update(intakeRecords)
    .set({ ...decidedColumns(mail, decision), ticketId })
    .where(eq(intakeRecords.id, intakeId))
    .run();
  writeConsequences(db, mail, decision, ticketId, intakeId, now);
}

/** Messages and mails that a decision causes. */
function writeConsequences(
  db: BetterSQLite3Database,
  mail: IncomingMail,
  { effect, outgoing, reachable, risky, copied }: Decision,
  ticketId: number | null,
  intakeId: number,
  now: number,
): void {
  if (effect.kind === 'note-bounce') {
    noteBounce(db, effect, now);
    if (ticketId !== null) writeNotes(db, ticketId, intakeId, effect.notes, now);
  } else if (effect.kind !== 'none' && ticketId !== null) {
    writeNotes(db, ticketId, intakeId, effect.notes, now);
    writeMessage(db, ticketId, intakeId, mail, effect.message, risky, now);
    writeFollowers(db, ticketId, intakeId, copied, now);
    for (const { ticket, request, answer } of effect.steps ?? []) {
      // A ticket that this mail opens has its row only now.
      const row = ticket.ticketId === 0 ? { ...ticket, ticketId } : ticket;
      writeStep(db, row, request, answer, now);
    }
  }
  if (reachable.length > 0) {
    db.update(contacts)
      .set({ undeliverableSince: null })
      .where(inArray(contacts.id, [...reachable]))
      .run();
  }
  for (const one of outgoing) queueMail(db, one, ticketId, intakeId, now);
}

function noteBounce(
  db: BetterSQLite3Database,
  { outboxId, bounce, undeliverable }: Extract<Effect, { kind: 'note-bounce' }>,
  now: number,
): void {
  db.update(outbox).set({ bounce }).where(eq(outbox.id, outboxId)).run();
  if (undeliverable !== null) markUndeliverable(db, undeliverable, now);
}

/** The columns of an intake record that a decision fills. */
function decidedColumns(mail: IncomingMail, decision: Decision) {
  return {
    verdict: decision.verdict,
    reason: decision.reason,
    sender: mail.sender.clear ? mail.sender.address : null,
    subject: mail.subject,
    messageId: mail.messageId,
    fingerprint: mail.fingerprint,
    department: decision.department,
    wouldRefuse: decision.wouldRefuse,
    explanation: explain(mail, decision),
  };
}

/** The row ID of the ticket that was opened or written to; `null` when the decision touches none. */
function writeTicket(db: BetterSQLite3Database, mail: IncomingMail, effect: Effect, now: number): number | null {
  if (effect.kind === 'none' || effect.kind === 'note-bounce') return null;
  if (effect.kind === 'append') {
    const status =
      effect.status === null
        ? {}
        : { status: effect.status, statusChangedAt: now, closedAt: effect.status === 'closed' ? now : null };
    const byPerson = isFromPerson(mail.kind);
    const wrote = byPerson && effect.message.author === 'client' ? { clientWroteAt: mail.receivedAt } : {};
    updateTicket(db, effect.ticketId, { lastMessageAt: mail.receivedAt, ...status, ...wrote });
    if (byPerson || effect.status !== null) restartClock(db, effect.ticketId, now);
    return effect.ticketId;
  }
  const { ticket } = effect;
  return insertRow(db, tickets, {
    publicId: ticket.publicId,
    accountId: ticket.accountId,
    serviceId: ticket.serviceId,
    opener: ticket.opener,
    openerName: ticket.openerName,
    department: ticket.department,
    mailbox: ticket.mailbox,
    subject: ticket.subject,
    subjectHash: subjectHash(ticket.subjectKey),
    priority: ticket.priority,
    language: ticket.language,
    continuesId: ticket.continues,
    createdAt: mail.receivedAt,
    lastMessageAt: mail.receivedAt,
    statusChangedAt: mail.receivedAt,
    clientWroteAt: isFromPerson(mail.kind) ? mail.receivedAt : null,
    idleSince: mail.receivedAt,
  });
}

function writeIntakeRecord(
  db: BetterSQLite3Database,
  record: MailToRecord,
  decision: Decision,
  ticketId: number | null,
): number {
  const { mail, raw, size } = record;
  return insertRow(db, intakeRecords, {
    reference: mail.reference,
    receivedAt: mail.receivedAt,
    mailFrom: mail.envelope.mailFrom,
    recipients: [...mail.envelope.recipients],
    ip: mail.envelope.ip,
    helo: mail.envelope.helo,
    size,
    ticketId,
    ...rawColumns(raw),
    ...decidedColumns(mail, decision),
  });
}

export function rawColumns(raw: RawMail): { rawSha256: string | null; rawBytes: number } {
  return 'blob' in raw
    ? { rawSha256: raw.blob.sha256, rawBytes: raw.blob.size }
    : { rawSha256: null, rawBytes: raw.inline.length };
}

/** Inline bytes go into their row; of a blob file the name is kept. */
export function writeRawMail(db: BetterSQLite3Database, intakeId: number, raw: RawMail, now: number): void {
  if ('inline' in raw) {
    insertRow(db, rawMails, { intakeId, bytes: raw.inline });
    return;
  }
  writeBlob(db, raw.blob.sha256, raw.blob.size, now);
}

function writeBlob(db: BetterSQLite3Database, sha256: string, size: number, now: number): void {
  db.insert(blobs).values({ sha256, size, createdAt: now }).onConflictDoNothing().run();
}

function writeMessage(
  db: BetterSQLite3Database,
  ticketId: number,
  intakeId: number,
  mail: IncomingMail,
  message: NewMessage,
  risky: Decision['risky'],
  now: number,
): void {
  const id = insertRow(db, messages, {
    ticketId,
    intakeId,
    author: message.author,
    visibility: message.visibility,
    authorAddress: mail.sender.clear ? mail.sender.address : null,
    authorName: mail.sender.clear ? mail.sender.name : '',
    verified: message.verified,
    messageId: mail.messageId,
    fingerprintStart: fingerprintStart(mail.fingerprint),
    text: mail.text,
    visibleRanges: message.visible ?? mail.cut.visible,
    cutRule: mail.cut.rule,
    cutConfidence: Math.round(mail.cut.confidence * 100),
    html: mail.html,
    createdAt: mail.receivedAt,
  });
  for (const [position, attachment] of mail.attachments.entries()) {
    const isRisky = risky.positions.includes(position);
    if (isRisky && risky.dropped) continue;
    writeBlob(db, attachment.sha256, attachment.size, now);
    insertRow(db, attachments, {
      messageId: id,
      position,
      sha256: attachment.sha256,
      filename: attachment.filename,
      contentType: attachment.contentType,
      size: attachment.size,
      inline: attachment.inline,
      contentId: attachment.contentId,
      risky: isRisky,
    });
  }
}

/** Who follows already stays; each stranger is noted the first time. */
function writeFollowers(
  db: BetterSQLite3Database,
  ticketId: number,
  intakeId: number,
  copied: Decision['copied'],
  now: number,
): void {
  for (const address of copied.followers) {
    db.insert(followers)
      .values({ ticketId, address, follows: true, createdAt: now })
      .onConflictDoUpdate({ target: [followers.ticketId, followers.address], set: { follows: true } })
      .run();
  }
  const noted = copied.others.filter(
    (address) =>
      db.insert(followers).values({ ticketId, address, follows: false, createdAt: now }).onConflictDoNothing().run()
        .changes > 0,
  );
  if (noted.length > 0)
    writeNotes(
      db,
      ticketId,
      intakeId,
      [`Also addressed to ${noted.join(', ')}: no contacts of this account, never mailed.`],
      now,
    );
}

function writeNotes(
  db: BetterSQLite3Database,
  ticketId: number,
  intakeId: number,
  notes: readonly string[],
  now: number,
): void {
  for (const text of notes) {
    insertRow(db, messages, {
      ticketId,
      intakeId,
      author: 'system',
      visibility: 'note',
      verified: true,
      text,
      createdAt: now,
    });
  }
}
