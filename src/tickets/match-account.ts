/**
 * Who the sender is to the company: which of its contacts, on which account. Pure look-up over the facts; the
 * sender's address comes from the strict From rule and from nowhere else.
 */
import { domainOf, normalizeAddress } from '../mail/address.ts';
import type { Contact } from './model.ts';
import type { Department } from './policy.ts';

/**
 * Addresses under which a sender can be registered, nearest first: its own, the one without `+tag` where tags don't
 * count, and its whole domain.
 */
export function contactKeys(sender: string, stripTag: boolean): string[] {
  const plain = stripTag ? normalizeAddress(sender, { stripTag }) : null;
  return [...new Set([sender, ...(plain === null ? [] : [plain]), `*@${domainOf(sender)}`])];
}

/** The contacts under the nearest of these keys: an address that is registered wins over its whole domain. */
export function nearestContacts(keys: readonly string[], contacts: readonly Contact[]): readonly Contact[] {
  for (const key of keys) {
    const found = contacts.filter(({ address }) => address === key);
    if (found.length > 0) return found;
  }
  return [];
}

/** Why a registered sender may still not write to a department. Never told to the sender. */
export type NotEligible = 'unregistered-sender' | 'account-state' | 'department-not-allowed';

/** The contacts that may open a ticket in this department, or why none may. */
export function eligibleContacts(
  contacts: readonly Contact[],
  department: Department,
): { readonly contacts: readonly Contact[]; readonly why: NotEligible | null } {
  if (contacts.length === 0) return { contacts: [], why: 'unregistered-sender' };
  const standing = contacts.filter(({ accountState }) => department.accountStates.includes(accountState));
  if (standing.length === 0) return { contacts: [], why: 'account-state' };
  const allowed = standing.filter((contact) => mayWriteTo(contact, department.key));
  return allowed.length === 0 ? { contacts: [], why: 'department-not-allowed' } : { contacts: allowed, why: null };
}

export function mayWriteTo(contact: Contact, departmentKey: string): boolean {
  return contact.departments === null || contact.departments.includes(departmentKey);
}

export type ChosenBy = 'only-account' | 'account-number' | 'service' | 'primary' | 'first-account';

/** Several accounts for one address: the one whose number is named, else the one that owns a named service, else its primary one. */
export function chooseAccount(
  contacts: readonly Contact[],
  mail: { readonly namedAccounts: readonly string[]; readonly serviceAccounts: readonly number[] },
): { readonly contact: Contact; readonly by: ChosenBy } | null {
  const [first] = contacts;
  if (first === undefined) return null;
  if (new Set(contacts.map(({ accountId }) => accountId)).size === 1) {
    return { contact: contacts.find(({ primary }) => primary) ?? first, by: 'only-account' };
  }
  const named = contacts.find(({ accountNumber }) => mail.namedAccounts.includes(accountNumber.toUpperCase()));
  if (named !== undefined) return { contact: named, by: 'account-number' };
  const owner = contacts.find(({ accountId }) => mail.serviceAccounts.includes(accountId));
  if (owner !== undefined) return { contact: owner, by: 'service' };
  const primary = contacts.find((contact) => contact.primary);
  return primary === undefined ? { contact: first, by: 'first-account' } : { contact: primary, by: 'primary' };
}
