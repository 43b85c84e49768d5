/** The Message-IDs of our own mails: which ticket they name, and what tells one mail from the next. */
import { datedPart, signMessageId } from '../mail/message-id.ts';
import type { Signing } from './decision.ts';
import { deriveToken, type Entropy } from './entropy.ts';

/** In the place of a ticket, for mails that belong to none. */
const NO_TICKET = 'notice';

interface Cause {
  readonly signing: Signing;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly entropy: Entropy;
}

/** `ticket`: its public ID, or `null`. `purpose` differs for all mails of one cause. */
export function newMessageId(ticket: string | null, purpose: string, { signing, now, entropy }: Cause): string {
  return sign(ticket, datedPart(now, deriveToken(entropy, purpose)), signing);
}

/** Stands in the References of every mail of a ticket, because some relays replace Message-IDs. `ticket`: its public ID. */
export function rootMessageId(ticket: string, signing: Signing): string {
  return sign(ticket, 'root', signing);
}

function sign(ticket: string | null, part: string, { key, domain }: Signing): string {
  const digits = ticket === null ? NO_TICKET : ticket.slice(ticket.lastIndexOf('-') + 1);
  return signMessageId({ ticket: digits, part }, key, domain);
}
