/**
 * Accounts with their contacts and services: saved in batches that are safe to repeat, and read back.
 */
import { and, asc, desc, eq, gt, inArray, ne, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { mergedAccount, mergedContact } from '../merge-account.ts';
import type {
  Account,
  AccountDetail,
  AccountSummary,
  AccountToSave,
  ContactToSave,
  Page,
  SavedCounts,
  SaveMode,
} from '../store.ts';
import { accounts, contacts, services, tickets } from './schema.ts';

/** Numbers are the same in any case; spelled as the index has it. */
export const hasNumber = (number: string) => sql`${accounts.number} collate nocase = ${number}`;

export function saveAccounts(
  db: BetterSQLite3Database,
  batch: readonly AccountToSave[],
  mode: SaveMode,
  now: number,
): SavedCounts {
  const counts = { added: 0, changed: 0, unchanged: 0 };
  for (const account of batch) counts[saveAccount(db, account, mode, now)] += 1;
  return counts;
}

function saveAccount(
  db: BetterSQLite3Database,
  account: AccountToSave,
  mode: SaveMode,
  now: number,
): keyof SavedCounts {
  const { number, name } = account;
  const existing = db.select().from(accounts).where(hasNumber(number)).get();
  const before = existing === undefined ? null : { ...existing, contacts: [], services: [] };
  const { language, state } = mergedAccount(account, before, mode);
  if (existing === undefined) {
    const { id } = db
      .insert(accounts)
      .values({ number, name, language, state, createdAt: now, updatedAt: now })
      .returning({ id: accounts.id })
      .get();
    saveContacts(db, id, account.contacts, mode, now);
    saveServices(db, id, account.services, mode, now);
    return 'added';
  }
  let changed = existing.name !== name || existing.language !== language || existing.state !== state;
  if (changed)
    db.update(accounts).set({ name, language, state, updatedAt: now }).where(eq(accounts.id, existing.id)).run();
  changed = saveContacts(db, existing.id, account.contacts, mode, now) || changed;
  changed = saveServices(db, existing.id, account.services, mode, now) || changed;
  return changed ? 'changed' : 'unchanged';
}

/** Returns whether anything changed. */
export function saveContacts(
  db: BetterSQLite3Database,
  accountId: number,
  wanted: readonly ContactToSave[],
  mode: SaveMode,
  now: number,
): boolean {
  const existing = db.select().from(contacts).where(eq(contacts.accountId, accountId)).all();
  let changed = false;
  for (const contact of wanted) {
    const { address } = contact;
    const known = existing.find((row) => row.address === address);
    const { primary, ...merged } = mergedContact(contact, mode === 'merge' && known ? asContact(known) : undefined);
    const values = { ...merged, departments: merged.departments && [...merged.departments], isPrimary: primary };
    const same =
      known !== undefined &&
      known.name === values.name &&
      known.language === values.language &&
      known.role === values.role &&
      known.isPrimary === values.isPrimary &&
      JSON.stringify(known.departments) === JSON.stringify(values.departments);
    if (same) continue;
    changed = true;
    // One primary account for each address: the newest word wins.
    if (values.isPrimary)
      db.update(contacts)
        .set({ isPrimary: false })
        .where(and(eq(contacts.address, address), eq(contacts.isPrimary, true)))
        .run();
    if (known === undefined)
      db.insert(contacts)
        .values({ ...values, accountId, createdAt: now })
        .run();
    else db.update(contacts).set(values).where(eq(contacts.id, known.id)).run();
  }
  if (mode === 'merge') return changed;
  const kept = new Set(wanted.map(({ address }) => address));
  const dropped = existing.filter(({ address }) => !kept.has(address)).map(({ id }) => id);
  if (dropped.length > 0) db.delete(contacts).where(inArray(contacts.id, dropped)).run();
  return changed || dropped.length > 0;
}

function asContact({ address, name, language, role, isPrimary, departments }: typeof contacts.$inferSelect) {
  return { address, name, language, role, primary: isPrimary, departments };
}

export function saveServices(
  db: BetterSQLite3Database,
  accountId: number,
  wanted: readonly string[],
  mode: SaveMode,
  now: number,
): boolean {
  const existing = db.select().from(services).where(eq(services.accountId, accountId)).all();
  const known = new Set(existing.map(({ name }) => name));
  const added = wanted.filter((name) => !known.has(name));
  for (const name of added) db.insert(services).values({ accountId, name, createdAt: now }).run();
  if (mode === 'merge') return added.length > 0;
  const dropped = existing.filter(({ name }) => !wanted.includes(name)).map(({ id }) => id);
  if (dropped.length > 0) db.delete(services).where(inArray(services.id, dropped)).run();
  return added.length > 0 || dropped.length > 0;
}

export function addContact(db: BetterSQLite3Database, number: string, contact: ContactToSave, now: number): boolean {
  const account = db.select({ id: accounts.id }).from(accounts).where(hasNumber(number)).get();
  if (account === undefined) return false;
  const known = db
    .select({ id: contacts.id })
    .from(contacts)
    .where(and(eq(contacts.accountId, account.id), eq(contacts.address, contact.address)))
    .get();
  if (known === undefined) saveContacts(db, account.id, [contact], 'merge', now);
  return true;
}

export function closeOtherAccounts(db: BetterSQLite3Database, numbers: readonly string[], now: number): number {
  return db.update(accounts).set({ state: 'closed', updatedAt: now }).where(others(numbers)).run().changes;
}

/** Numbers of the accounts that `closeOtherAccounts` would close. */
export function listOtherAccounts(db: BetterSQLite3Database, numbers: readonly string[]): string[] {
  return db
    .select({ number: accounts.number })
    .from(accounts)
    .where(others(numbers))
    .orderBy(asc(accounts.number))
    .all()
    .map(({ number }) => number);
}

function others(numbers: readonly string[]): SQL | undefined {
  const named = sql`(select value collate nocase from json_each(${JSON.stringify(numbers)}))`;
  return and(sql`${accounts.number} collate nocase not in ${named}`, ne(accounts.state, 'closed'));
}

/** By number, from the one after `after` on. */
export function pageAccounts(db: BetterSQLite3Database, after: string, limit: number): Account[] {
  const number = sql`${accounts.number} collate nocase`;
  return wholeAccounts(db, db.select().from(accounts).where(gt(number, after)).orderBy(number).limit(limit).all());
}

export function findAccounts(db: BetterSQLite3Database, numbers: readonly string[]): Account[] {
  const named = sql`(select value from json_each(${JSON.stringify(numbers)}))`;
  return wholeAccounts(db, db.select().from(accounts).where(sql`${accounts.number} collate nocase in ${named}`).all());
}

function wholeAccounts(db: BetterSQLite3Database, rows: readonly (typeof accounts.$inferSelect)[]): Account[] {
  const ids = rows.map(({ id }) => id);
  const people = byAccount(
    db.select().from(contacts).where(inArray(contacts.accountId, ids)).orderBy(asc(contacts.id)).all(),
  );
  const bought = byAccount(
    db.select().from(services).where(inArray(services.accountId, ids)).orderBy(asc(services.name)).all(),
  );
  return rows.map(({ id, number, name, language, state }) => ({
    number,
    name,
    language,
    state,
    contacts: (people.get(id) ?? []).map(asContact),
    services: (bought.get(id) ?? []).map((service) => service.name),
  }));
}

function byAccount<Row extends { readonly accountId: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.accountId);
    if (group === undefined) groups.set(row.accountId, [row]);
    else group.push(row);
  }
  return groups;
}

export function listAccounts(db: BetterSQLite3Database, { limit }: Page): AccountSummary[] {
  return db
    .select({
      number: accounts.number,
      name: accounts.name,
      state: accounts.state,
      language: accounts.language,
      // Written out: in a select without a join drizzle leaves the table names off, and `id` would be the inner one.
      contacts: sql<number>`(select count(*) from contacts where contacts.account_id = accounts.id)`,
      services: sql<number>`(select count(*) from services where services.account_id = accounts.id)`,
    })
    .from(accounts)
    .orderBy(asc(accounts.number))
    .limit(limit)
    .all();
}

export function findAccount(
  db: BetterSQLite3Database,
  number: string,
  maxTickets: number,
): (Omit<AccountDetail, 'tickets'> & { readonly ticketIds: readonly number[] }) | null {
  const account = db.select().from(accounts).where(hasNumber(number)).get();
  if (account === undefined) return null;
  const own = db.select().from(contacts).where(eq(contacts.accountId, account.id)).orderBy(asc(contacts.id)).all();
  return {
    number: account.number,
    name: account.name,
    language: account.language,
    state: account.state,
    contacts: own.map(asContact),
    undeliverable: own.flatMap(({ address, undeliverableSince }) =>
      undeliverableSince === null ? [] : [{ address, since: undeliverableSince }],
    ),
    services: db
      .select({ name: services.name })
      .from(services)
      .where(eq(services.accountId, account.id))
      .orderBy(asc(services.name))
      .all()
      .map(({ name }) => name),
    ticketIds: db
      .select({ id: tickets.id })
      .from(tickets)
      .where(eq(tickets.accountId, account.id))
      .orderBy(desc(tickets.id))
      .limit(maxTickets)
      .all()
      .map(({ id }) => id),
  };
}
