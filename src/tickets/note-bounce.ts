/**
 * What follows when a mail of ours bounces: which mail it was, what staff read on the ticket, and whether its
 * recipient can be written to at all (RFC 3464, RFC 3463).
 *
 * Anybody can write a report, so it is believed only about a mail that stands in our outbox under the Message-ID that
 * it returns, and only for the address that this mail went to; or about the mail to whose signed return path it came. That ID carries a random part and our signature: who
 * knows it has seen the mail. A made-up one, one of another installation or one signed with a stolen key is in no row.
 */
import type { Bounce } from '../mail/automatic.ts';
import { withoutControls } from '../mail/header-lines.ts';
import type { OutgoingMail } from './decision.ts';
import type { Ticket } from './model.ts';

/** The mail of ours that a report returns. */
export interface ReportedMail {
  readonly outboxId: number;
  readonly kind: string;
  /** Normal form. Each of our mails has one recipient. */
  readonly recipient: string;
  /** `null` for mails that belong to no ticket, such as refusal notices. */
  readonly ticket: Ticket | null;
  /** What was noted on it before. */
  readonly bounce: Bounce | null;
  readonly mail: OutgoingMail;
}

export type BounceAnswer =
  | {
      readonly kind: 'note';
      readonly mail: ReportedMail;
      readonly bounce: Bounce;
      /** For staff, one line. */
      readonly note: string;
      /** The address does not exist, or takes nothing of ours, for good. */
      readonly permanent: boolean;
      /** The mail did not arrive, and nobody has said so before. */
      readonly lost: boolean;
    }
  | { readonly kind: 'nothing'; readonly why: string };

/** Message-IDs under which the reported mail may stand in the outbox: ours are lower-case, and some servers change the case. */
export function reportedIds(bounces: readonly Bounce[]): string[] {
  const [id] = bounces.flatMap(({ originalMessageId }) => originalMessageId ?? []);
  return id === undefined ? [] : [...new Set([id, id.toLowerCase()])];
}

/** `returned`: number of the mail to whose return path the report came; the signature on it was verified. */
export function answerBounce(
  bounces: readonly Bounce[],
  mail: ReportedMail | null,
  returned: number | null = null,
): BounceAnswer {
  const byAddress = mail !== null && mail.outboxId === returned;
  if (!byAddress && reportedIds(bounces).length === 0) return nothing('it does not say which mail it is about');
  if (mail === null) return nothing('no mail of ours has the Message-ID that it returns');
  // A report that names nobody can only mean the one recipient of that mail.
  const unnamed = bounces.every(({ recipient }) => recipient === null) ? bounces[0] : undefined;
  // What came back to its return path is about it, also where the recipient had it passed on to another address.
  const returnedReport = byAddress ? bounces[0] : undefined;
  const bounce = bounces.find(({ recipient }) => recipient === mail.recipient) ?? unnamed ?? returnedReport;
  if (bounce === undefined) return nothing(`it names an address that outbox ${mail.outboxId} was not sent to`);

  const gravity = gravityOf(bounce);
  if (gravity === 0) return nothing(`outbox ${mail.outboxId} is reported as ${bounce.action}: nothing to do`);
  // Servers report every few hours, and anybody who has seen the mail can report it a thousand times.
  if (mail.bounce !== null && gravityOf(mail.bounce) >= gravity)
    return nothing(`outbox ${mail.outboxId} has a report that says as much already`);
  const lost = bounce.action === 'failed' && mail.bounce?.action !== 'failed';
  return { kind: 'note', mail, bounce, note: noteOf(mail, bounce), permanent: gravity === PERMANENT, lost };
}

function nothing(why: string): BounceAnswer {
  return { kind: 'nothing', why };
}

const PERMANENT = 3;

/** 0: no failure. A report is noted only where it says something worse than the one before. */
function gravityOf({ action, status }: Bounce): number {
  switch (action) {
    case 'delivered':
    case 'relayed':
    case 'expanded':
    case 'read':
      return 0;
    case 'delayed':
      return 1;
    case 'failed':
      // Given up for another reason, or for none that it states: the next mail may arrive.
      return status?.startsWith('5.') === true ? PERMANENT : 2;
    case 'complaint':
      return 4;
    default:
      return action satisfies never;
  }
}

const WORDS: Partial<Record<Bounce['action'], string>> = {
  delayed: 'is delayed',
  failed: 'could not be delivered',
  complaint: 'was reported as spam',
};

type NamedMail = Pick<ReportedMail, 'kind' | 'recipient' | 'outboxId'>;

function noteOf(mail: NamedMail, { action, status, diagnostic }: Bounce): string {
  const details = [status ?? '', oneLine(diagnostic ?? '')].filter((part) => part !== '').join(' ');
  return `${nameOf(mail)} ${WORDS[action] ?? action}${details === '' ? '.' : `: ${details}`}`;
}

/** For staff: it was refused before it left, or was tried until its time was up. */
export function failureNote(mail: NamedMail, answer: string): string {
  return `${nameOf(mail)} could not be sent: ${oneLine(answer)}`;
}

/** For staff: somebody had a hand in it. */
export function handlingNote(mail: NamedMail, done: 'sent once more' | 'cancelled', by: string): string {
  return done === 'cancelled'
    ? `${nameOf(mail)} was cancelled by ${oneLine(by)}.`
    : `${nameOf(mail)} is ${done}, by ${oneLine(by)}.`;
}

function nameOf({ kind, recipient, outboxId }: NamedMail): string {
  return `The ${kind} to ${recipient} (outbox ${outboxId})`;
}

function oneLine(text: string): string {
  return withoutControls(text).replace(/\s+/g, ' ').trim();
}
