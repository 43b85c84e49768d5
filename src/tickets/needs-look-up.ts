/**
 * Whether the billing system should be asked who a sender is: only where the rules have come so far that the sender's
 * being unknown decides. Loops, bounces, staff, blocked senders and mails that fail authentication are settled before.
 */
import type { Decision } from './decision.ts';

export interface LookUpNeed {
  readonly asked: boolean;
  /** Without an answer the mail would be turned down; otherwise it is taken as a stranger's. */
  readonly decides: boolean;
}

const NOT_NEEDED: LookUpNeed = { asked: false, decides: false };

/** `decision` is what would be decided without asking. */
export function lookUpNeed({ verdict, reason, wouldRefuse, effect }: Decision): LookUpNeed {
  const unknown = reason === 'unregistered-sender' || reason === 'account-state';
  if (unknown && (verdict === 'refuse' || verdict === 'hold')) return { asked: true, decides: true };
  // A stranger to a department that takes anyone, or in shadow mode: it may be a client all the same.
  const isStranger = effect.kind === 'open' && effect.ticket.accountId === null;
  const onlyUnknown = wouldRefuse === null || wouldRefuse === 'unregistered-sender' || wouldRefuse === 'account-state';
  return isStranger && onlyUnknown ? { asked: true, decides: false } : NOT_NEEDED;
}
