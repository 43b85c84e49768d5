/**
 * A staff mail that did nothing goes back to its writer, with the reason and the commands that there are. It is kept as
 * `hold`. Not more than so many an hour: what answers them may be a program.
 */
import type { Decision, OutgoingMail } from './decision.ts';
import type { Draft } from './draft.ts';
import { againstReturning } from './may-answer.ts';
import type { Ticket } from './model.ts';
import { newMessageId, rootMessageId } from './own-message-ids.ts';
import { type Department, departmentOf, type Staff } from './policy.ts';
import type { ReturnReason } from './staff-mail-data.ts';
import { threadHeaders } from './thread-headers.ts';

export interface Returned {
  readonly reason: ReturnReason;
  readonly why?: string;
  readonly typed?: readonly string[];
  readonly known?: readonly string[];
}

/** As much of the mail is given back; the whole of it is kept. */
const MAX_TEXT = 20_000;
const MAX_REFERENCES = 19;

/** `ticket`: the one that it would have been for. */
export function returnMail(
  draft: Draft,
  by: Staff,
  department: Department,
  ticket: Pick<Ticket, 'publicId' | 'mailbox' | 'subject' | 'department'> | null,
  returned: Returned,
): Decision {
  draft.department = department;
  draft.say(`staff: sent to nobody (${returned.reason}${(returned.typed ?? []).map((one) => `: ${one}`).join('')})`);
  const why = againstReturning(draft);
  if (why !== null) {
    // Nobody has told its writer: the digest does.
    draft.say(`returned: not, ${why}`);
    return draft.end('hold', 'staff-rate');
  }
  draft.say(`returned: to ${by.address}`);
  return draft.end('hold', `staff-${returned.reason}`, {
    outgoing: [writeReturned(draft, by, department, ticket, returned)],
  });
}

function writeReturned(
  { situation, recipients }: Draft,
  by: Staff,
  department: Department,
  ticket: Pick<Ticket, 'publicId' | 'mailbox' | 'subject' | 'department'> | null,
  { reason, why = '', typed = [], known = [] }: Returned,
): OutgoingMail {
  const { mail, policy, signing } = situation;
  const { language } = by;
  const departmentName = department.names[language];
  const mailbox =
    ticket?.mailbox ??
    recipients[0]?.address ??
    policy.mailboxes.find((box) => box.department === department.key)?.address ??
    '';
  return {
    recipient: by.address,
    recipientName: by.name,
    from: mailbox,
    fromName: `${(ticket === null ? undefined : departmentOf(policy, ticket.department))?.names[language] ?? departmentName} · ${policy.company}`,
    language,
    messageId: newMessageId(ticket?.publicId ?? null, 'staff-mail-returned', {
      signing,
      now: mail.receivedAt,
      entropy: mail.entropy,
    }),
    ...(ticket === null
      ? { inReplyTo: mail.messageId, references: [...mail.references.slice(-MAX_REFERENCES), mail.messageId] }
      : threadHeaders(rootMessageId(ticket.publicId, signing), mail.references, mail.messageId)),
    data: {
      kind: 'staff-mail-returned',
      ticketId: ticket?.publicId ?? '',
      company: policy.company,
      department: departmentName,
      subject: ticket?.subject ?? mail.subject,
      name: by.name,
      reason,
      why,
      typed: typed.slice(0, 20).map((one) => one.slice(0, 200)),
      known: known.slice(0, 50),
      text: reason === 'not-read' ? '' : mail.text.slice(0, MAX_TEXT),
      reference: mail.reference,
    },
  };
}
