/**
 * Writes what was decided at the desk: the ticket, the notes that say who did what and why, the mail to the client.
 * Runs inside the transaction in which the facts were read; nothing here decides anything.
 */
import { and, eq, inArray, max, min, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { decideChange } from '../../tickets/desk-change.ts';
import type { DeskAnswer, DeskEffect, DeskRequest, TicketPatch } from '../../tickets/desk-request.ts';
import type { DeskTicket } from '../../tickets/desk-ticket.ts';
import type { DeskRules } from '../../tickets/status-mails.ts';
import type { DeskResult } from '../store.ts';
import { restartClock } from './auto-close-rows.ts';
import { loadDeskFacts, loadDeskTicket } from './desk-facts.ts';
import { queueMail } from './queue-mail.ts';
import { intakeRecords, messages, tickets } from './schema.ts';
import { subjectHash } from './subject-hash.ts';

export function changeTicket(db: BetterSQLite3Database, request: DeskRequest, rules: DeskRules): DeskResult {
  const ticket = loadDeskTicket(db, request.ticket, rules.policy);
  if (ticket === null) return { kind: 'refused', why: 'missing', message: `there is no ticket ${request.ticket}` };
  const answer = decideChange(request, loadDeskFacts(db, ticket, request, rules), rules);
  if (answer.kind === 'refused') return answer;
  const other = writeStep(db, ticket, request, answer, rules.now);
  for (const mail of [...answer.outgoing, ...answer.toStaff])
    queueMail(db, mail, other?.ticketId ?? ticket.ticketId, null, rules.now);
  return {
    kind: 'done',
    ticket: ticket.publicId,
    other: other?.publicId ?? null,
    changes: answer.changes,
    mailed: answer.outgoing.length > 0,
  };
}

/** One change and the notes that say so; its mails are the caller's. Returns the other ticket of a merge or split. */
export function writeStep(
  db: BetterSQLite3Database,
  ticket: DeskTicket,
  request: DeskRequest,
  answer: Extract<DeskAnswer, { kind: 'done' }>,
  now: number,
): Other | null {
  const other = writeEffect(db, ticket, answer.effect, now);
  writeNote(db, ticket.ticketId, request, answer.changes, now);
  if (other !== null) writeNote(db, other.ticketId, request, answer.changesOfOther, now);
  return other;
}

type Other = { readonly ticketId: number; readonly publicId: string };

/** The other ticket of a merge or split. */
function writeEffect(db: BetterSQLite3Database, ticket: DeskTicket, effect: DeskEffect, now: number): Other | null {
  switch (effect.kind) {
    case 'change':
      patchTicket(db, ticket.ticketId, effect.patch, now);
      return null;
    case 'merge':
      return mergeInto(db, ticket, effect, now);
    case 'split':
      return splitOff(db, ticket, effect, now);
    default:
      return effect satisfies never;
  }
}

function patchTicket(db: BetterSQLite3Database, ticketId: number, patch: TicketPatch, now: number): void {
  const { status } = patch;
  const timed = status === undefined ? {} : { statusChangedAt: now, closedAt: status === 'closed' ? now : null };
  const values = { ...patch, ...timed };
  if (Object.keys(values).length > 0) db.update(tickets).set(values).where(eq(tickets.id, ticketId)).run();
  if (status !== undefined) restartClock(db, ticketId, now);
}

/** The messages stay where they are: the ticket that goes on is read together with what was merged into it. */
function mergeInto(
  db: BetterSQLite3Database,
  ticket: DeskTicket,
  { into, status }: Extract<DeskEffect, { kind: 'merge' }>,
  now: number,
): Other {
  const rows = inArray(tickets.id, [ticket.ticketId, into.ticketId]);
  const latest = db
    .select({ message: max(tickets.lastMessageAt), client: max(tickets.clientWroteAt) })
    .from(tickets)
    .where(rows)
    .get();
  // Whoever waits for the department has waited since the older of the two questions.
  const waiting = db
    .select({ since: min(tickets.statusChangedAt) })
    .from(tickets)
    .where(and(rows, eq(tickets.status, 'open')))
    .get();
  if (status !== into.status) patchTicket(db, into.ticketId, { status }, now);
  db.update(tickets)
    .set({
      lastMessageAt: latest?.message ?? now,
      clientWroteAt: latest?.client ?? null,
      ...(status === 'open' && waiting?.since != null ? { statusChangedAt: waiting.since } : {}),
    })
    .where(eq(tickets.id, into.ticketId))
    .run();
  restartClock(db, into.ticketId, now);
  // Merged before into this one: they lead to the new one too, in one step.
  db.update(tickets).set({ mergedIntoId: into.ticketId }).where(eq(tickets.mergedIntoId, ticket.ticketId)).run();
  patchTicket(db, ticket.ticketId, { status: 'closed' }, now);
  db.update(tickets).set({ mergedIntoId: into.ticketId }).where(eq(tickets.id, ticket.ticketId)).run();
  return into;
}

function splitOff(
  db: BetterSQLite3Database,
  from: DeskTicket,
  { ticket, messages: moved }: Extract<DeskEffect, { kind: 'split' }>,
  now: number,
): Other {
  const rows = inArray(messages.id, [...moved]);
  const span = db
    .select({ first: min(messages.createdAt), last: max(messages.createdAt) })
    .from(messages)
    .where(rows)
    .get();
  const byClient = db
    .select({ last: max(messages.createdAt) })
    .from(messages)
    .innerJoin(intakeRecords, eq(intakeRecords.id, messages.intakeId))
    .where(
      and(
        rows,
        eq(messages.author, 'client'),
        sql`json_extract(${intakeRecords.explanation}, '$.kind') in ('human', 'list')`,
      ),
    )
    .get();
  const createdAt = span?.first ?? now;
  const { continues, subjectKey, ...values } = ticket;
  const { id } = db
    .insert(tickets)
    .values({
      ...values,
      subjectHash: subjectHash(subjectKey),
      continuesId: continues,
      splitFromId: from.ticketId,
      createdAt,
      statusChangedAt: createdAt,
      lastMessageAt: span?.last ?? now,
      clientWroteAt: byClient?.last ?? null,
      idleSince: now,
    })
    .returning({ id: tickets.id })
    .get();
  db.update(messages).set({ ticketId: id }).where(rows).run();
  return { ticketId: id, publicId: ticket.publicId };
}

/** `Status: open → closed. By ana: it works again.` */
function writeNote(
  db: BetterSQLite3Database,
  ticketId: number,
  { by, reason }: Pick<DeskRequest, 'by' | 'reason'>,
  changes: Extract<DeskAnswer, { kind: 'done' }>['changes'],
  now: number,
): void {
  if (changes.length === 0) return;
  const what = changes.map((line) => `${line.charAt(0).toUpperCase()}${line.slice(1)}`).join('. ');
  db.insert(messages)
    .values({
      ticketId,
      author: 'system',
      visibility: 'note',
      authorName: by,
      verified: true,
      text: `${what}. By ${by}${reason === '' ? '' : `: ${reason}`}.`,
      createdAt: now,
    })
    .run();
}
