/**
 * Who else a client's mail was addressed to. Contacts of the ticket's account follow the ticket; anybody else is noted
 * on it, once, and is never mailed: an address in a header proves nothing, and a copy would tell a stranger what a client
 * writes. An unverified mail adds nobody, or a forger could have himself copied in.
 */

import type { Situation } from './draft.ts';
import { contactKeys, mayWriteTo, nearestContacts } from './match-account.ts';
import type { Contact } from './model.ts';

/** Normal form. */
export interface Copied {
  readonly followers: readonly string[];
  /** No contacts of the account that may write to the department. */
  readonly others: readonly string[];
}

export const NOBODY: Copied = { followers: [], others: [] };

/** More addresses of one mail are not looked at: they are a mailing list, not colleagues. */
const MAX_ADDRESSES = 50;

/** Addresses of To and Cc that are neither the sender, a mailbox of ours, nor staff. */
export function copiedAddresses({ mail, policy }: Pick<Situation, 'mail' | 'policy'>): string[] {
  const known = new Set([
    ...policy.mailboxes.map(({ address }) => address),
    ...policy.departments.flatMap(({ staff }) => staff.map(({ address }) => address)),
    ...mail.envelope.recipients,
    ...(mail.sender.clear ? [mail.sender.address] : []),
  ]);
  return mail.headerRecipients.filter((address) => !known.has(address)).slice(0, MAX_ADDRESSES);
}

/** `accountId`: the ticket's. */
export function copiedPeople(situation: Situation, accountId: number | null, department: string): Copied {
  const { facts, policy } = situation;
  const follows = (contact: Contact) => contact.accountId === accountId && mayWriteTo(contact, department);
  const followers: string[] = [];
  const others: string[] = [];
  for (const address of copiedAddresses(situation)) {
    const contacts = nearestContacts(contactKeys(address, policy.stripTag), facts.copiedContacts);
    (contacts.some(follows) ? followers : others).push(address);
  }
  return { followers, others };
}
