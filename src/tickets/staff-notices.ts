/**
 * Mails that tell staff what happened to a ticket: who of the department gets one, and what it says. One recipient each;
 * whoever did it is not told.
 */
import type { OutgoingMail, Signing } from './decision.ts';
import type { DeskTicket } from './desk-ticket.ts';
import type { Entropy } from './entropy.ts';
import type { NamedFile, OutgoingFile } from './outgoing-files.ts';
import { newMessageId, rootMessageId } from './own-message-ids.ts';
import { departmentOf, type Policy, type Staff } from './policy.ts';
import type { StaffNoticeKind } from './staff-mail-data.ts';
import { type ConversationMail, threadForStaff } from './thread-headers.ts';

/** The ticket as it is after what is told. */
export type NoticeTicket = Pick<
  DeskTicket,
  'publicId' | 'department' | 'mailbox' | 'subject' | 'status' | 'priority' | 'assignee'
>;

/** What is told of it. */
export interface Notice {
  readonly kind: StaffNoticeKind;
  readonly account: string;
  readonly author: string;
  readonly address: string;
  readonly unverified: boolean;
  readonly by: string;
  readonly minutes: number;
  readonly text: string;
  readonly reference: string;
  readonly files: readonly OutgoingFile[];
  readonly leftOut: readonly NamedFile[];
}

export interface NoticeRules {
  readonly policy: Policy;
  readonly signing: Signing;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly entropy: Entropy;
}

/** More of a text stands on the ticket. */
const MAX_TEXT = 20_000;

/** Who hears of a mail of a client: the assignee, else all of the department who want to; `except`: addresses that know. */
export function staffToTell(policy: Policy, ticket: NoticeTicket, except: readonly string[]): Staff[] {
  const staff = departmentOf(policy, ticket.department)?.staff ?? [];
  const assignee = staff.find(({ address }) => address === ticket.assignee);
  const told =
    assignee === undefined
      ? staff.filter(({ notify }) => notify === 'all')
      : [assignee].filter(({ notify }) => notify !== 'none');
  return once(told.filter(({ address }) => !except.includes(address)));
}

/** Who hears of a colleague's answer: who has written on the ticket, and its assignee. */
export function colleaguesOf(
  policy: Policy,
  ticket: NoticeTicket,
  writers: readonly string[],
  except: readonly string[],
): Staff[] {
  const staff = departmentOf(policy, ticket.department)?.staff ?? [];
  return once(
    staff.filter(
      ({ address, notify }) =>
        notify !== 'none' && !except.includes(address) && (address === ticket.assignee || writers.includes(address)),
    ),
  );
}

function once(staff: readonly Staff[]): Staff[] {
  return staff.filter((one, index) => staff.findIndex(({ address }) => address === one.address) === index);
}

export function nameOfStaff(policy: Policy, address: string | null): string {
  if (address === null) return '';
  const all = policy.departments.flatMap(({ staff }) => staff);
  return all.find((member) => member.address === address)?.name ?? address;
}

export function writeStaffNotice(
  member: Staff,
  ticket: NoticeTicket,
  notice: Notice,
  conversation: readonly ConversationMail[],
  { policy, signing, now, entropy }: NoticeRules,
): OutgoingMail {
  const { language } = member;
  // The config may have dropped it since.
  const found = departmentOf(policy, ticket.department);
  const department = found?.names[language] ?? ticket.department;
  const { files, ...told } = notice;
  return {
    recipient: member.address,
    recipientName: member.name,
    from: ticket.mailbox,
    fromName: `${department} · ${policy.company}`,
    language,
    messageId: newMessageId(ticket.publicId, `${notice.kind}-${ticket.publicId}-${member.address}`, {
      signing,
      now,
      entropy,
    }),
    ...threadForStaff(rootMessageId(ticket.publicId, signing), conversation, member.address),
    data: {
      ...told,
      ticketId: ticket.publicId,
      company: policy.company,
      department,
      subject: ticket.subject,
      name: member.name,
      status: ticket.status,
      priority: ticket.priority,
      assignee: nameOfStaff(policy, ticket.assignee),
      text: notice.text.slice(0, MAX_TEXT),
      textCut: notice.text.length > MAX_TEXT,
      files: files.length,
      replies: found?.staffReplies ?? 'public',
    },
    ...(files.length === 0 ? {} : { files }),
  };
}
