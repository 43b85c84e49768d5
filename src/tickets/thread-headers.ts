/**
 * In-Reply-To and References of our mails (RFC 5322 section 3.6.4), so that each mail program shows a ticket as one
 * conversation: Thunderbird, Apple and Outlook follow the IDs, Gmail wants a known ID and the same subject. The ticket's
 * own root ID stands first in all of them: it holds the thread together where a relay has replaced other IDs.
 */

/** A mail of the conversation: a client's (`recipient` `null`), or one of ours and where it went. */
export interface ConversationMail {
  readonly messageId: string;
  readonly recipient: string | null;
  /** Row of the mail that caused it; 0 where none did. */
  readonly intakeId: number;
}

export interface ThreadHeaders {
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
}

/** Longer chains only make headers long: programs use the first IDs and the newest. */
const MAX_REFERENCES = 20;

/** The chain that ends with what is answered. The oldest one stays, the newest ones do. */
export function threadHeaders(root: string, chain: readonly string[], answered: string | null): ThreadHeaders {
  const before = [...new Set(chain)].filter((id) => id !== answered && id !== root);
  const [first, ...rest] = before;
  const kept = first === undefined ? [] : [first, ...rest.slice(-(MAX_REFERENCES - 3))];
  return { inReplyTo: answered, references: [root, ...kept, ...(answered === null ? [] : [answered])] };
}

/** To a client: answers the newest mail of a client; where there is none (staff opened the ticket), our own to that address. */
export function threadForClient(
  root: string,
  conversation: readonly ConversationMail[],
  recipient: string,
): ThreadHeaders {
  const seen = conversation.filter((mail) => mail.recipient === null || mail.recipient === recipient);
  const newest = seen.findLast((mail) => mail.recipient === null) ?? seen.at(-1);
  const ids = seen.map(({ messageId }) => messageId);
  return threadHeaders(root, ids, newest?.messageId ?? null);
}

/** To a staff member: follows what that person has had about the ticket. */
export function threadForStaff(
  root: string,
  conversation: readonly ConversationMail[],
  recipient: string,
): ThreadHeaders {
  const ids = conversation.flatMap((mail) => (mail.recipient === recipient ? [mail.messageId] : []));
  return threadHeaders(root, ids, ids.at(-1) ?? null);
}
