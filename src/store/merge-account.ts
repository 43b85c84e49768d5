/**
 * What an account becomes when one from outside is saved on it: merged into what is there, or in its place. Pure, so
 * that saving and telling beforehand what saving would do can't differ.
 */
import type { Account, AccountContact, AccountToSave, ContactToSave, SaveMode } from './store.ts';

/** What is not given stays as it was `before`, and has its default on a new contact. */
export function mergedContact(wanted: ContactToSave, before: AccountContact | undefined): AccountContact {
  const { address, name, language, role, primary, departments } = wanted;
  return {
    address,
    name: name ?? before?.name ?? '',
    language: language === undefined ? (before?.language ?? null) : language,
    role: role ?? before?.role ?? 'holder',
    primary: primary ?? before?.primary ?? false,
    departments: departments === undefined ? (before?.departments ?? null) : departments,
  };
}

/** `before` is `null` for a new account. The number keeps the case that it has. */
export function mergedAccount(wanted: AccountToSave, before: Account | null, mode: SaveMode): Account {
  const old = mode === 'merge' ? before : null;
  const known = new Map(before?.contacts.map((contact) => [contact.address, contact]));
  const named = new Set(wanted.contacts.map(({ address }) => address));
  return {
    number: before?.number ?? wanted.number,
    name: wanted.name,
    language: wanted.language === undefined ? (old?.language ?? null) : wanted.language,
    state: wanted.state ?? old?.state ?? 'active',
    contacts: [
      ...(old?.contacts.filter(({ address }) => !named.has(address)) ?? []),
      ...wanted.contacts.map((one) => mergedContact(one, mode === 'merge' ? known.get(one.address) : undefined)),
    ],
    services: [...new Set([...(old?.services ?? []), ...wanted.services])].sort(),
  };
}
