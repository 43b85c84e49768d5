/**
 * Mails that tell the opener what people or the clock did to its ticket. They go to that one address and answer its
 * newest mail, so that the client's own program shows them in the same thread.
 */
import type { OutgoingMail, Signing, StatusMailKind } from './decision.ts';
import type { DeskTicket } from './desk-ticket.ts';
import type { Entropy } from './entropy.ts';
import { newMessageId, rootMessageId } from './own-message-ids.ts';
import { departmentOf, type Policy } from './policy.ts';

/** What stands behind a change that nobody wrote a mail for. */
export interface DeskRules {
  readonly policy: Policy;
  readonly signing: Signing;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly entropy: Entropy;
}

/** `ticket` as it is after the change. */
export function writeStatusMail(
  kind: StatusMailKind,
  ticket: DeskTicket,
  { policy, signing, now, entropy }: DeskRules,
): OutgoingMail {
  const { language } = ticket;
  const department = departmentOf(policy, ticket.department);
  // The config may have dropped it since.
  const departmentName = department?.names[language] ?? ticket.department;
  const stranger = ticket.accountId === null;
  const newest = ticket.newestMessageId;
  return {
    recipient: ticket.opener,
    recipientName: stranger ? '' : ticket.openerName,
    from: ticket.mailbox,
    fromName: `${departmentName} · ${policy.company}`,
    language,
    messageId: newMessageId(ticket.publicId, `status-mail-${ticket.publicId}-${kind}`, { signing, now, entropy }),
    inReplyTo: newest,
    references: [rootMessageId(ticket.publicId, signing), ...(newest === null ? [] : [newest])],
    data: {
      kind,
      ticketId: ticket.publicId,
      company: policy.company,
      department: departmentName,
      subject: stranger ? '' : ticket.subject,
      name: stranger ? '' : ticket.openerName,
      status: ticket.status,
      helpUrl: department?.helpUrl ?? '',
      helpPhone: department?.helpPhone ?? '',
      reopenDays: policy.reopenDays,
      days: (kind === 'auto-close-warning' ? policy.autoCloseWarningDays : policy.autoCloseDays) ?? 0,
    },
  };
}
