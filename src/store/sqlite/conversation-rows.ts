/** The mails of a ticket in their order, and what a client wrote last. `rows`: the ticket and those merged into it. */
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { visibleText } from '../../mail/visible-reply.ts';
import type { ConversationMail } from '../../tickets/thread-headers.ts';
import type { NewestMessage } from '../../tickets/ticket-facts.ts';
import { atMost, inList, prepared } from './prepared.ts';
import { intakeRecords, messages, outbox } from './schema.ts';

/** Bounds the work for one mail, however long a ticket has gone on. */
const MAX_CONVERSATION = 100;

const writtenOn = prepared((db) =>
  db
    .select({ messageId: messages.messageId, intakeId: messages.intakeId, at: messages.createdAt })
    .from(messages)
    .where(and(inList(messages.ticketId, 'rows'), eq(messages.author, 'client'), isNotNull(messages.messageId)))
    .orderBy(desc(messages.id))
    .limit(atMost(MAX_CONVERSATION))
    .prepare(),
);
const sentAbout = prepared((db) =>
  db
    .select({
      messageId: outbox.messageId,
      intakeId: outbox.intakeId,
      at: outbox.createdAt,
      recipient: outbox.recipient,
    })
    .from(outbox)
    .where(inList(outbox.ticketId, 'rows'))
    .orderBy(desc(outbox.id))
    .limit(atMost(MAX_CONVERSATION))
    .prepare(),
);
const newestOf = prepared((db) =>
  db
    .select({
      authorAddress: messages.authorAddress,
      authorName: messages.authorName,
      verified: messages.verified,
      text: messages.text,
      visibleRanges: messages.visibleRanges,
      reference: intakeRecords.reference,
    })
    .from(messages)
    .leftJoin(intakeRecords, eq(intakeRecords.id, messages.intakeId))
    .where(and(inList(messages.ticketId, 'rows'), eq(messages.author, 'client')))
    .orderBy(desc(messages.createdAt), desc(messages.id))
    .limit(atMost(1))
    .prepare(),
);

/** Clients' mails on the ticket and ours about it, oldest first. */
export function loadConversation(db: BetterSQLite3Database, ticketRows: readonly number[]): ConversationMail[] {
  const rows = JSON.stringify(ticketRows);
  const written = writtenOn(db).all({ rows });
  const sent = sentAbout(db).all({ rows });
  // A mail comes before what it caused at the same moment.
  return [...written.map((one) => ({ recipient: null, ...one })), ...sent]
    .reverse()
    .sort((one, other) => one.at - other.at || Number(one.recipient !== null) - Number(other.recipient !== null))
    .flatMap(({ messageId, intakeId, recipient }) =>
      messageId === null ? [] : [{ messageId, recipient, intakeId: intakeId ?? 0 }],
    );
}

/** What a client wrote last. */
export function loadNewest(db: BetterSQLite3Database, rows: readonly number[]): NewestMessage | null {
  const found = newestOf(db).get({ rows: JSON.stringify(rows) });
  if (found === undefined) return null;
  return {
    address: found.authorAddress ?? '',
    name: found.authorName,
    verified: found.verified,
    text: writtenText(found),
    reference: found.reference ?? '',
  };
}

export function writtenText({
  text,
  visibleRanges,
}: Pick<typeof messages.$inferSelect, 'text' | 'visibleRanges'>): string {
  return visibleRanges === null ? text : visibleText(text, { visible: visibleRanges, rule: 'none', confidence: 1 });
}
