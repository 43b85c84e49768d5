/**
 * What the installation has decided, as plain data: departments, mailboxes and the rules that hold for all of
 * them. Made from the config file once; may be sent to another thread.
 */
import type { AttachmentLimits } from '../mail/keep-attachments.ts';
import type { TicketPattern } from './foreign-ids.ts';
import type { AccountState, Language, Priority } from './model.ts';

/** Who may open a ticket by mail. */
export type Accepts = 'clients' | 'anyone' | 'replies' | 'none';
export const ACCEPTS: readonly Accepts[] = ['clients', 'anyone', 'replies', 'none'];

/** What a stranger to a `clients` department gets. */
export type Unregistered = 'refuse' | 'notify' | 'hold';
export const UNREGISTERED: readonly Unregistered[] = ['refuse', 'notify', 'hold'];

/** Who checks that a mail really is from its From address, and what follows. */
export type AuthenticationMode = 'off' | 'monitor' | 'dmarc' | 'strict';
export const AUTHENTICATION_MODES: readonly AuthenticationMode[] = ['off', 'monitor', 'dmarc', 'strict'];

export type Texts = Readonly<Partial<Record<Language, string>>>;

/** What a staff member's answer becomes. `note`: internal until somebody sends it another way. */
export type StaffReplies = 'public' | 'note';
export const STAFF_REPLIES: readonly StaffReplies[] = ['public', 'note'];

/** Whom staff answers go to. */
export type AnswersTo = 'opener' | 'holder';
export const ANSWERS_TO: readonly AnswersTo[] = ['opener', 'holder'];

/** Which mails of clients a staff member is told of. */
export type Notify = 'all' | 'assigned' | 'none';
export const NOTIFY: readonly Notify[] = ['all', 'assigned', 'none'];

export interface Staff {
  readonly name: string;
  /** Normal form. */
  readonly address: string;
  /** Of the mails to this person. */
  readonly language: Language;
  readonly notify: Notify;
}

export interface Department {
  readonly key: string;
  readonly names: Readonly<Record<Language, string>>;
  readonly accepts: Accepts;
  readonly unregistered: Unregistered;
  readonly accountStates: readonly AccountState[];
  readonly language: Language;
  readonly priority: Priority;
  /** One sentence that asks for what the department needs to know. */
  readonly hint: Texts;
  readonly helpUrl: string | null;
  readonly helpPhone: string | null;
  readonly staff: readonly Staff[];
  readonly staffReplies: StaffReplies;
  readonly answersTo: AnswersTo;
}

/** A recipient address that leads to a department. */
export interface Mailbox {
  /** Normal form. */
  readonly address: string;
  readonly department: string;
  readonly language: Language | null;
}

/** Files that a double click would run: marked, left out of the ticket, or the whole mail refused. */
export type RiskyFiles = 'flag' | 'drop' | 'refuse';
export const RISKY_FILES: readonly RiskyFiles[] = ['flag', 'drop', 'refuse'];

export interface AttachmentPolicy {
  readonly risky: RiskyFiles;
  /** Extensions (`.exe`) and content types. */
  readonly riskyTypes: readonly string[];
  readonly limits: AttachmentLimits;
}

export interface Policy {
  readonly company: string;
  /** Letters before the hyphen of a ticket ID, upper case. */
  readonly ticketPrefix: string;
  readonly departments: readonly Department[];
  readonly mailboxes: readonly Mailbox[];
  /** Domains of the mailboxes: an unknown address there is our business, one elsewhere a relay attempt. */
  readonly domains: readonly string[];
  /** Envelope sender of what we send, normal form: takes mail from the null sender only. `null`: we send with the null sender. */
  readonly bounceAddress: string | null;
  /** Department of `postmaster@` and `abuse@` where these are no mailboxes of their own. */
  readonly postmasterDepartment: string;
  readonly authentication: AuthenticationMode;
  /** Refuse nobody on sender grounds; write down who would have been. */
  readonly shadow: boolean;
  readonly stripTag: boolean;
  /** How the subjects of another system name its tickets. */
  readonly ticketPatterns: readonly TicketPattern[];
  readonly reopenDays: number;
  /** Days without a word after which a pending or resolved ticket closes; `null`: never. */
  readonly autoCloseDays: number | null;
  /** Days before that at which the client is warned; `null`: not at all. */
  readonly autoCloseWarningDays: number | null;
  readonly receiptsPerHour: number;
  readonly receiptsPerDomainPerHour: number;
  /** Answers that one staff member may send within an hour. */
  readonly staffAnswersPerHour: number;
  /** Hour of the day at which staff get their digest of held and refused mails; `null`: none. */
  readonly digestHour: number | null;
  /** Attached files in one mail to staff, bytes. */
  readonly staffFileBytes: number;
  readonly maxReceived: number;
  readonly attachments: AttachmentPolicy;
}

export function departmentOf(policy: Policy, key: string): Department | undefined {
  return policy.departments.find((department) => department.key === key);
}

/** Departments that this address works for. */
export function departmentsOfStaff(policy: Pick<Policy, 'departments'>, address: string): Department[] {
  return policy.departments.filter(({ staff }) => staff.some((member) => member.address === address));
}

export function isStaff(address: string, policy: Pick<Policy, 'departments'>): boolean {
  return policy.departments.some(({ staff }) => staff.some((member) => member.address === address));
}
