/**
 * A client's mail, or a ticket that was opened for one, as the department's staff are told of it.
 */
import { visibleText } from '../mail/visible-reply.ts';
import type { OutgoingMail } from './decision.ts';
import type { Draft } from './draft.ts';
import type { Contact } from './model.ts';
import { filesForStaff } from './outgoing-files.ts';
import type { StaffNoticeKind } from './staff-mail-data.ts';
import { type NoticeTicket, staffToTell, writeStaffNotice } from './staff-notices.ts';
import type { ConversationMail } from './thread-headers.ts';

/** What is different where staff opened the ticket. */
export interface OpenedByStaff {
  /** Addresses that know already. */
  readonly except: readonly string[];
  readonly by: string;
  readonly opener: string;
  readonly text: string;
}

export function tellOfTicket(
  draft: Draft,
  kind: StaffNoticeKind,
  ticket: NoticeTicket,
  contact: Contact | null,
  conversation: readonly ConversationMail[],
  opened: OpenedByStaff | null = null,
): OutgoingMail[] {
  const { mail, policy, signing, now } = draft.situation;
  const told = staffToTell(policy, ticket, [draft.sender, ...(opened?.except ?? [])]);
  if (told.length === 0) return [];
  draft.say(`staff: ${told.map(({ address }) => address).join(', ')} told`);
  const notice = {
    kind,
    account: contact === null ? '' : `${contact.accountNumber} · ${contact.accountName}`,
    author: opened === null ? (mail.sender.clear ? mail.sender.name : '') : (contact?.name ?? ''),
    address: opened?.opener ?? draft.sender,
    unverified: opened === null && !draft.verified,
    by: opened?.by ?? '',
    minutes: 0,
    text: opened?.text ?? visibleText(mail.text, mail.cut),
    reference: mail.reference,
    ...filesForStaff(mail.attachments, draft.risky, policy.staffFileBytes),
  };
  return told.map((member) =>
    writeStaffNotice(member, ticket, notice, conversation, { policy, signing, now, entropy: mail.entropy }),
  );
}
