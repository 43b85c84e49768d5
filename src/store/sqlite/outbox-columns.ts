/** The columns of an outbox row as they are shown and claimed. */
import { outbox, tickets } from './schema.ts';

export const outboxSummaryColumns = {
  id: outbox.id,
  kind: outbox.kind,
  state: outbox.state,
  recipient: outbox.recipient,
  ticket: tickets.publicId,
  attempts: outbox.attempts,
  createdAt: outbox.createdAt,
  nextAttemptAt: outbox.nextAttemptAt,
  finishedAt: outbox.finishedAt,
  lastError: outbox.lastError,
  bounce: outbox.bounce,
  handledBy: outbox.handledBy,
};

export const outboxColumns = { ...outboxSummaryColumns, mail: outbox.mail, rendered: outbox.rendered };
