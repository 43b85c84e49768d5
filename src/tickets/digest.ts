/**
 * The daily digest of held and refused mails, for staff. Once for each calendar day of the server, from `digestHour`
 * on: a day that is marked is done, so that neither a restart nor a clock that is put back brings it twice, and after an
 * outage one digest tells of all that came since the last.
 */
import { normalizeAddress } from '../mail/address.ts';
import type { DoorReason, HoldReason, OutgoingMail, RefusalReason, Signing, StaffMailReturned } from './decision.ts';
import type { Entropy } from './entropy.ts';
import { newMessageId } from './own-message-ids.ts';
import type { Policy, Staff } from './policy.ts';

/** Of a name such as `Europe/Madrid`. */
type TimeZone = string;

/** A mail that comes again by itself, and one that its writer on the staff has got back, need nobody. */
export type DigestReason = Exclude<
  RefusalReason | DoorReason | HoldReason,
  StaffMailReturned | 'dns-temporary-failure'
>;

const IN_DIGEST: Readonly<Record<DigestReason, true>> = {
  'unregistered-sender': true,
  'account-state': true,
  'department-not-allowed': true,
  'replies-only': true,
  'not-authenticated': true,
  'dmarc-policy': true,
  'staff-not-authenticated': true,
  'unclear-sender': true,
  'blocked-sender': true,
  'risky-attachment': true,
  'mail-loop': true,
  'held-for-review': true,
  'internal-error': true,
  'staff-rate': true,
  'too-large': true,
  'bare-line-break': true,
};

export function isDigestReason(reason: string): reason is DigestReason {
  return Object.hasOwn(IN_DIGEST, reason);
}

export const DIGEST_REASONS: readonly string[] = Object.keys(IN_DIGEST);

/** A record of a held or refused mail. */
export interface DigestRecord {
  readonly reference: string;
  readonly verdict: 'hold' | 'refuse';
  readonly reason: DigestReason;
  readonly sender: string | null;
  readonly subject: string;
  /** Where the rules came as far as that. */
  readonly department: string | null;
  readonly recipients: readonly string[];
}

export type DigestEntry = Pick<DigestRecord, 'reference' | 'reason' | 'subject'> & {
  /** Empty where it is not clear. */
  readonly sender: string;
};

export interface StaffDigestData {
  readonly kind: 'staff-digest';
  readonly company: string;
  /** Names of all departments that it is about. */
  readonly department: string;
  readonly name: string;
  readonly held: readonly DigestEntry[];
  readonly refused: readonly DigestEntry[];
  /** How many there are beyond these. */
  readonly more: number;
}

/** Entries in one digest. */
const MAX_ENTRIES = 50;
/** Characters of a subject. */
const MAX_SUBJECT = 200;

/**
 * The day whose digest is the latest that could have gone out, such as `2026-11-22`. Without an hour the day itself:
 * it is marked as done, so that what came while there was no digest is not made up for.
 */
export function digestDay(now: number, hour: number | null, timeZone: TimeZone): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
  }).formatToParts(now);
  const number = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  const before = number('hour') < (hour ?? 0) ? 1 : 0;
  return new Date(Date.UTC(number('year'), number('month') - 1, number('day') - before)).toISOString().slice(0, 10);
}

/** `last`: the day that is marked; `null` where none ever was. */
export function isDigestDue(day: string, last: string | null): boolean {
  return last === null || day > last;
}

interface Reader {
  readonly member: Staff;
  readonly departments: readonly string[];
}

/** Everybody who hears of mails, once, with the departments of which. */
function readersOf({ departments }: Policy): Reader[] {
  const told = departments.flatMap(({ key, staff }) =>
    staff.filter(({ notify }) => notify !== 'none').map((member) => ({ member, key })),
  );
  return told
    .filter(({ member }, at) => told.findIndex((one) => one.member.address === member.address) === at)
    .map(({ member }) => ({
      member,
      departments: told.filter((one) => one.member.address === member.address).map(({ key }) => key),
    }));
}

/** The departments that a mail was for: refused early, it has none but those of the mailboxes that it names. */
function departmentsOf({ department, recipients }: DigestRecord, policy: Policy): readonly string[] {
  if (department !== null) return [department];
  const written = recipients.map((recipient) => normalizeAddress(recipient));
  const named = policy.mailboxes.filter(({ address }) => written.includes(address));
  return named.length === 0 ? [policy.postmasterDepartment] : named.map((box) => box.department);
}

export interface DigestRules {
  readonly policy: Policy;
  readonly signing: Signing;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly entropy: Entropy;
}

/** One mail for each staff member whose departments have any. `records`: newest first. */
export function writeDigests(records: readonly DigestRecord[], rules: DigestRules): OutgoingMail[] {
  const { policy } = rules;
  const addressed = records.map((record) => ({ record, departments: departmentsOf(record, policy) }));
  return readersOf(policy).flatMap((reader) => {
    const theirs = addressed
      .filter(({ departments }) => departments.some((key) => reader.departments.includes(key)))
      .map(({ record }) => record);
    return theirs.length === 0 ? [] : [digestFor(reader, theirs, rules)];
  });
}

function digestFor(
  { member, departments }: Reader,
  records: readonly DigestRecord[],
  { policy, signing, now, entropy }: DigestRules,
): OutgoingMail {
  const { language } = member;
  // What waits for somebody comes first, and is never crowded out by what has been refused.
  const held = records.filter(({ verdict }) => verdict === 'hold').slice(0, MAX_ENTRIES);
  const refused = records.filter(({ verdict }) => verdict === 'refuse').slice(0, MAX_ENTRIES - held.length);
  const names = policy.departments.filter(({ key }) => departments.includes(key)).map((one) => one.names[language]);
  const mailbox = policy.mailboxes.find(({ department }) => departments.includes(department)) ?? policy.mailboxes[0];
  return {
    recipient: member.address,
    recipientName: member.name,
    from: mailbox?.address ?? member.address,
    fromName: `${names[0] ?? ''} · ${policy.company}`,
    language,
    messageId: newMessageId(null, `digest-${member.address}`, { signing, now, entropy }),
    inReplyTo: null,
    references: [],
    data: {
      kind: 'staff-digest',
      company: policy.company,
      department: names.join(', '),
      name: member.name,
      held: held.map(entryOf),
      refused: refused.map(entryOf),
      more: records.length - held.length - refused.length,
    },
  };
}

function entryOf({ reference, reason, sender, subject }: DigestRecord): DigestEntry {
  return { reference, reason, sender: sender ?? '', subject: subject.slice(0, MAX_SUBJECT) };
}
