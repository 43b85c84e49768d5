/** Contacts and services of one account, added, removed and moved one at a time. */
import { and, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { AccountChange, AccountChanged } from '../account-change.ts';
import { hasNumber, saveContacts, saveServices } from './account-rows.ts';
import { accounts, contacts, services } from './schema.ts';

export function changeAccount(db: BetterSQLite3Database, change: AccountChange, now: number): AccountChanged {
  const from = rowOf(db, change.number);
  if (from === null) return { kind: 'no-account', number: change.number };
  switch (change.kind) {
    case 'add-contact':
      return told(saveContacts(db, from, [change.contact], 'merge', now));
    case 'add-service':
      return told(saveServices(db, from, [change.name], 'merge', now));
    case 'remove-contact':
      return removed(db.delete(contacts).where(isContact(from, change.address)).run().changes);
    case 'remove-service':
      return removed(db.delete(services).where(isService(from, change.name)).run().changes);
    case 'move-contact':
    case 'move-service': {
      const to = rowOf(db, change.to);
      if (to === null) return { kind: 'no-account', number: change.to };
      return change.kind === 'move-contact'
        ? moveContact(db, change.address, from, to)
        : moveService(db, change.name, from, to);
    }
    default:
      return change satisfies never;
  }
}

function moveContact(db: BetterSQLite3Database, address: string, from: number, to: number): AccountChanged {
  const find = (account: number) =>
    db.select({ id: contacts.id }).from(contacts).where(isContact(account, address)).get();
  if (find(from) === undefined) return { kind: 'not-there' };
  if (from === to) return { kind: 'unchanged' };
  if (find(to) !== undefined) return { kind: 'there-already' };
  db.update(contacts).set({ accountId: to }).where(isContact(from, address)).run();
  return { kind: 'changed' };
}

/** Tickets that point to the service still name it. */
function moveService(db: BetterSQLite3Database, name: string, from: number, to: number): AccountChanged {
  const find = (account: number) => db.select({ id: services.id }).from(services).where(isService(account, name)).get();
  if (find(from) === undefined) return { kind: 'not-there' };
  if (from === to) return { kind: 'unchanged' };
  if (find(to) !== undefined) return { kind: 'there-already' };
  db.update(services).set({ accountId: to }).where(isService(from, name)).run();
  return { kind: 'changed' };
}

function rowOf(db: BetterSQLite3Database, number: string): number | null {
  return db.select({ id: accounts.id }).from(accounts).where(hasNumber(number)).get()?.id ?? null;
}

const isContact = (account: number, address: string) =>
  and(eq(contacts.accountId, account), eq(contacts.address, address));
const isService = (account: number, name: string) => and(eq(services.accountId, account), eq(services.name, name));

function told(changed: boolean): AccountChanged {
  return { kind: changed ? 'changed' : 'unchanged' };
}

function removed(rows: number): AccountChanged {
  return { kind: rows > 0 ? 'changed' : 'not-there' };
}
