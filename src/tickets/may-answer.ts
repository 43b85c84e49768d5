/**
 * May anything of ours go back to the sender of this mail by itself? The one place for it, so that every loop ends
 * here: whoever answers our mails with mails that look like a person's gets a bounded number of them
 * (test/simulation/README.md derives the bound). Tickets still open when the answer is no.
 */
import { domainOf } from '../mail/address.ts';
import { counted } from './counted.ts';
import type { Draft } from './draft.ts';

/** The reason against a receipt or a notice on a reply, for the trace; `null`: it may go. */
export function againstReceipt(draft: Draft): string | null {
  const { facts, policy } = draft.situation;
  const why = againstAnswering(draft);
  if (why !== null) return why;
  // The forger would choose whom we write to.
  if (!draft.verified && draft.contact?.address.startsWith('*@') === true)
    return 'the sender is unverified, and only its whole domain is registered';
  return facts.receiptsLastHour >= policy.receiptsPerHour
    ? `${draft.sender} has had ${facts.receiptsLastHour} within the hour`
    : null;
}

/**
 * The reason against giving a staff member's mail back, or telling it of a colleague's answer. Whoever answers those by
 * itself gets a bounded number of them, as everybody else does.
 */
export function againstReturning({ sender, situation: { facts, mail, policy } }: Draft): string | null {
  if (mail.kind !== 'human' && mail.kind !== 'list') return `the mail is ${mail.kind}`;
  return facts.receiptsLastHour >= policy.receiptsPerHour
    ? `${sender} has had ${facts.receiptsLastHour} within the hour`
    : null;
}

/**
 * The reason against sending what a staff mail says: a vacation responder that does not say what it is answers every
 * notification, and the client's own responder answers that.
 */
export function againstAnswer({ sender, situation: { facts, policy } }: Draft): string | null {
  return facts.answersLastHour >= policy.staffAnswersPerHour
    ? `${sender} has answered ${counted(facts.answersLastHour, 'mail')} within the hour`
    : null;
}

/** The reason against a refusal notice: they go to people who are who they say, else we would write to victims of forgers. */
export function againstNotice(draft: Draft): string | null {
  const why = againstAnswering(draft);
  if (why !== null) return why;
  if (!draft.verified) return 'the sender is unverified';
  return draft.situation.facts.noticesLastDay > 0 ? 'one went out within the day' : null;
}

function againstAnswering(draft: Draft): string | null {
  const { mail, facts, policy } = draft.situation;
  if (mail.kind !== 'human') return `the mail is ${mail.kind}`;
  const own = facts.contacts.filter(({ address }) => address === draft.sender);
  // With proof the mail is the contact's own, and takes the mark away; without, we would write to a dead address only.
  if (!draft.verified && own.some(({ undeliverableSince }) => undeliverableSince !== null))
    return `mails to ${draft.sender} come back, and nothing proves that this one is from there`;
  // Strangers and whole domains have as many addresses as they like: help desks answer from a new one for each ticket.
  if (own.length === 0 && facts.domainLastHour >= policy.receiptsPerDomainPerHour)
    return `${counted(facts.domainLastHour, 'mail')} of ours went to unregistered addresses of ${domainOf(draft.sender)} within the hour`;
  return null;
}
