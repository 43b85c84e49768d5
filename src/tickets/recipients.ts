/**
 * The departments that a mail is for, in the order in which they are asked: as To and Cc name them, then the rest
 * in RCPT order. The envelope says which they are; the headers only order them.
 */
import { acceptRecipient, takesBounces } from './accept-recipient.ts';
import type { IncomingMail } from './incoming-mail.ts';
import type { Language } from './model.ts';
import type { Accepts, Department, Policy } from './policy.ts';

export interface Recipient {
  readonly address: string;
  readonly department: Department;
  readonly language: Language;
  /** The department's own rule, but `anyone` for `postmaster@` and `abuse@`, and `replies` where only bounces come. */
  readonly accepts: Accepts;
}

export function orderRecipients(mail: IncomingMail, policy: Policy): Recipient[] {
  const recipients: Recipient[] = [];
  for (const address of mail.envelope.recipients) {
    const answer = acceptRecipient(address, policy, mail.envelope.mailFrom === '');
    if (!answer.accepted || recipients.some((known) => known.address === answer.address)) continue;
    const isMailbox = policy.mailboxes.some((mailbox) => mailbox.address === answer.address);
    recipients.push({
      address: answer.address,
      department: answer.department,
      language: answer.language,
      accepts: isMailbox ? answer.department.accepts : takesBounces(answer.address, policy) ? 'replies' : 'anyone',
    });
  }
  const rank = (address: string) => {
    const index = mail.headerRecipients.indexOf(address);
    return index < 0 ? Number.MAX_SAFE_INTEGER : index;
  };
  // Array.prototype.sort is stable: what the headers don't name keeps its RCPT order.
  return recipients.sort((a, b) => rank(a.address) - rank(b.address));
}
