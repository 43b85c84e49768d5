/**
 * What a door says of a mail when the intake is done with it: the reply to the client, and the line in the log.
 */
import type { IntakeResult } from '../intake/intake.ts';
import type { Log } from '../log.ts';
import type { Envelope } from '../tickets/incoming-mail.ts';
import type { Language } from '../tickets/model.ts';
import { departmentOf, type Policy } from '../tickets/policy.ts';
import { type Reply, type ReplyReason, replyFor } from './replies.ts';

export function defaultLanguage(policy: Policy): Language {
  return policy.departments[0]?.language ?? 'es';
}

/** The department's help page, else its telephone. `key` is a department's. */
export function helpOf(policy: Policy, key: string | null): string | null {
  const department = key === null ? undefined : departmentOf(policy, key);
  return department?.helpUrl ?? department?.helpPhone ?? null;
}

/** A result as the reply needs it; a mail that is only explained has no reference. */
type Answerable =
  | IntakeResult
  | (Omit<Extract<IntakeResult, { kind: 'decided' }>, 'reference'> & { readonly reference: null });

/** The reply to DATA for what the intake made of the mail. */
export function replyToResult(result: Answerable, policy: Policy, envelope: Pick<Envelope, 'utf8'>): Reply {
  const base = { language: defaultLanguage(policy), reference: result.reference, help: null, utf8: envelope.utf8 };
  const reply = (reason: ReplyReason) => replyFor(reason, base);
  switch (result.kind) {
    case 'kept':
      return reply('accepted');
    case 'over-rate':
      return reply('over-rate');
    case 'not-looked-up':
      return reply('not-looked-up');
    case 'not-taken':
      return reply(result.reason);
    case 'unavailable':
      return reply(result.why === 'full' ? 'disk-full' : 'try-again');
    case 'decided': {
      const { decision } = result;
      const { refusal, language, department } = decision;
      if (refusal === null) return reply('accepted');
      return replyFor(refusal, { ...base, language, help: helpOf(policy, department) });
    }
    default:
      return result satisfies never;
  }
}

/**
 * The reply for one mailbox where each has its own (LMTP): a department that does not take the sender says so, also when
 * another one has taken the mail. `mailbox` in normal form.
 */
export function replyToMailbox(
  mailbox: string,
  result: IntakeResult,
  policy: Policy,
  envelope: Pick<Envelope, 'utf8'>,
): Reply {
  const turnedDown =
    result.kind === 'decided' ? result.decision.turnedDown.find(({ address }) => address === mailbox) : undefined;
  if (turnedDown === undefined) return replyToResult(result, policy, envelope);
  const { reason, language, department } = turnedDown;
  const { reference } = result;
  return replyFor(reason, { language, reference, help: helpOf(policy, department), utf8: envelope.utf8 });
}

/** One line of the log for each mail; no bodies. `elapsed` in milliseconds. */
export function report(log: Log, result: IntakeResult, envelope: Envelope, elapsed: number): void {
  const { ip } = envelope;
  const ms = Math.round(elapsed);
  if (result.kind === 'decided') {
    const { verdict, reason, department, ticket } = result.decision;
    // Every mail passes here: no spread (docs/decisions/0009).
    log.info({ reference: result.reference, ip, ms, verdict, reason, department, ticket }, 'mail');
    return;
  }
  const about = { reference: result.reference, ip, ms };
  if (result.kind === 'not-taken') {
    log.info({ ...about, verdict: 'refuse', reason: result.reason }, 'mail');
  } else if (result.kind === 'over-rate') {
    log.warn({ ...about, sender: envelope.mailFrom }, 'over its rate: asked to try again later');
  } else if (result.kind === 'not-looked-up') {
    log.warn({ ...about, sender: envelope.mailFrom }, 'the account look-up gave no answer: asked to try again later');
  } else if (result.kind === 'kept') {
    const { error } = result;
    log.error({ ...about, verdict: 'hold', error }, 'a fault of this program: the mail is kept and can be run again');
  } else if (result.why === 'full') {
    // The admin is told of a full disk once and loudly, elsewhere.
    log.info({ ...about, reason: result.why }, 'no space for the mail; the sender was asked to try again');
  } else {
    const { why, error } = result;
    log.error({ ...about, reason: why, error }, 'the mail could not be kept; the sender was asked to try again');
  }
}
