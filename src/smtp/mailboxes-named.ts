/**
 * The mailboxes that a transaction has named, one entry for each RCPT that was accepted: LMTP owes each of them a reply
 * (RFC 2033 section 4.2), also where the same mailbox was named twice.
 */
export class MailboxesNamed {
  private readonly bySession = new Map<string, string[]>();

  of(session: string): readonly string[] {
    return this.bySession.get(session) ?? [];
  }

  add(session: string, mailbox: string): void {
    const named = this.bySession.get(session);
    if (named === undefined) this.bySession.set(session, [mailbox]);
    else named.push(mailbox);
  }

  /** The transaction is over; the connection keeps its place, since a next one may begin. */
  clear(session: string): void {
    const named = this.bySession.get(session);
    if (named !== undefined) named.length = 0;
  }

  /** The connection is closed. */
  forget(session: string): void {
    this.bySession.delete(session);
  }
}
