/** `taquilla accounts`: who the clients are. Works beside a running gateway. */
import { existsSync, readFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { type AccountDifference, accountDifference } from '../desk/account-difference.ts';
import { type AccountsFormat, readAccount, readAccountsFile } from '../desk/accounts-file.ts';
import { decodeBytes } from '../mail/charset.ts';
import type { AccountToSave, SaveMode, Store } from '../store/store.ts';
import { counted } from '../tickets/counted.ts';
import type { AccountState, Language } from '../tickets/model.ts';
import { CommandError, databaseFile, type JsonOption, locateConfig, print, printJson, withStore } from './command.ts';
import { openForReading, openForWriting } from './open-store.ts';
import { safe, shownTime, table } from './table.ts';

interface AddOptions extends JsonOption {
  readonly name: string;
  readonly language?: Language;
  readonly state?: AccountState;
  readonly contact: string[];
  readonly service: string[];
}

export async function addAccount(number: string, options: AddOptions): Promise<void> {
  const { config } = locateConfig(options);
  const departments = config.policy.departments.map(({ key }) => key);
  const problems: string[] = [];
  const { name, language, state, contact: contacts, service: services } = options;
  const given = { number, name, language, state, contacts, services };
  const account = readAccount(given, departments, (problem) => problems.push(problem));
  if (account === null || problems.length > 0) throw new CommandError(problems.join('\n'), 2);
  const counts = await withStore(openForWriting(config), (store) => store.saveAccounts([account], 'merge', Date.now()));
  if (options.json === true) return printJson(counts);
  print(
    counts.added > 0
      ? `Account ${number} added.`
      : counts.changed > 0
        ? `Account ${number} changed.`
        : `Account ${number} is already so.`,
  );
}

interface SetOptions extends JsonOption {
  readonly name?: string;
  readonly language?: Language;
  readonly state?: AccountState;
}

export async function setAccount(number: string, options: SetOptions): Promise<void> {
  const { config } = locateConfig(options);
  const { name, language, state } = options;
  if (name === undefined && language === undefined && state === undefined)
    throw new CommandError('say what is to change: --name, --state or --language', 2);
  if (name?.trim() === '') throw new CommandError('--name must not be empty', 2);
  const changed = await withStore(openForWriting(config), async (store) => {
    const before = await store.findAccount(number);
    if (before === null) throw new CommandError(`there is no account ${safe(number)}`, 1);
    const account = { number, name: name?.trim() ?? before.name, language, state, contacts: [], services: [] };
    return (await store.saveAccounts([account], 'merge', Date.now())).changed > 0;
  });
  if (options.json === true) return printJson({ changed });
  print(changed ? `Account ${number} changed.` : `Account ${number} is already so.`);
}

/** Accounts in one transaction: short enough that a mail never waits long for the lock. */
const BATCH = 200;
const PROGRESS_FROM = 5_000;

interface ImportOptions extends JsonOption {
  readonly mode: SaveMode;
  readonly format: AccountsFormat['kind'];
  readonly numbers: string;
  readonly dryRun?: boolean;
}

export async function importAccounts(file: string, options: ImportOptions): Promise<void> {
  const { config } = locateConfig(options);
  let content: string;
  try {
    content = readText(file);
  } catch {
    throw new CommandError(`${file}: cannot be read; check the path`, 2);
  }
  const result = readAccountsFile(
    file,
    content,
    config.policy.departments.map(({ key }) => key),
    options.format === 'whmcs' ? { kind: 'whmcs', numbers: options.numbers } : { kind: 'own' },
  );
  if (!result.ok) {
    throw new CommandError(
      `${result.problems.join('\n')}\n${counted(result.problems.length, 'problem')}; nothing was imported.`,
      2,
    );
  }
  const { accounts } = result;
  if (options.dryRun === true) return tellImport(config, accounts, options);
  const counts = await withStore(openForWriting(config), (store) => saveAll(store, accounts, options.mode));
  if (options.json === true) return printJson(counts);
  const closed = options.mode === 'replace' ? `, ${counts.closed} closed that the file does not name` : '';
  print(
    `${counted(accounts.length, 'account')}: ${counts.added} added, ${counts.changed} changed, ${counts.unchanged} as before${closed}.`,
  );
}

/** What the import would change; writes nothing, not even the database that is not there yet. */
async function tellImport(config: Config, accounts: readonly AccountToSave[], options: ImportOptions): Promise<void> {
  const { mode } = options;
  const differences: AccountDifference[] = [];
  let closing: string[] = [];
  if (existsSync(databaseFile(config))) {
    await withStore(openForReading(config), async (store) => {
      for (let at = 0; at < accounts.length; at += BATCH) {
        const batch = accounts.slice(at, at + BATCH);
        const found = await store.findAccounts(batch.map(({ number }) => number));
        const known = new Map(found.map((account) => [account.number.toUpperCase(), account]));
        for (const account of batch)
          differences.push(accountDifference(account, known.get(account.number.toUpperCase()) ?? null, mode));
      }
      if (mode === 'replace') closing = await store.listOtherAccounts(accounts.map(({ number }) => number));
    });
  } else differences.push(...accounts.map((account) => accountDifference(account, null, mode)));

  const of = (change: AccountDifference['change']) => differences.filter((one) => one.change === change).length;
  const counts = { added: of('added'), changed: of('changed'), unchanged: of('unchanged'), closed: closing.length };
  if (options.json === true)
    return printJson({ ...counts, differences: differences.filter(({ lines }) => lines.length > 0), closing });
  for (const { number, change, lines } of differences) {
    if (change === 'unchanged') continue;
    print(`${number}  ${change}`);
    for (const line of lines) print(`  ${safe(line)}`);
  }
  for (const number of closing) print(`${number}  closed: the file does not name it`);
  print(
    `Would be: ${counts.added} added, ${counts.changed} changed, ${counts.unchanged} as before${mode === 'replace' ? `, ${counts.closed} closed` : ''}. Nothing was written.`,
  );
}

/** UTF-8 as it should be, or what spreadsheet programs write instead: UTF-16 with its mark, windows-1252. */
function readText(file: string): string {
  const bytes = readFileSync(file);
  return decodeBytes(bytes, bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : null).text;
}

async function saveAll(store: Store, accounts: readonly AccountToSave[], mode: SaveMode) {
  const total = { added: 0, changed: 0, unchanged: 0, closed: 0 };
  const now = Date.now();
  for (let at = 0; at < accounts.length; at += BATCH) {
    const counts = await store.saveAccounts(accounts.slice(at, at + BATCH), mode, now);
    total.added += counts.added;
    total.changed += counts.changed;
    total.unchanged += counts.unchanged;
    if (accounts.length >= PROGRESS_FROM && process.stderr.isTTY) {
      process.stderr.write(`\r${Math.min(at + BATCH, accounts.length)} of ${accounts.length} accounts`);
    } else if (accounts.length >= PROGRESS_FROM && at % PROGRESS_FROM < BATCH) {
      process.stderr.write(`${Math.min(at + BATCH, accounts.length)} of ${accounts.length} accounts\n`);
    }
  }
  if (accounts.length >= PROGRESS_FROM && process.stderr.isTTY) process.stderr.write('\n');
  if (mode === 'replace')
    total.closed = await store.closeOtherAccounts(
      accounts.map(({ number }) => number),
      now,
    );
  return total;
}

export async function listAccounts(options: JsonOption & { readonly limit: number }): Promise<void> {
  const { config } = locateConfig(options);
  const accounts = await withStore(openForReading(config), (store) => store.listAccounts({ limit: options.limit }));
  if (options.json === true) return printJson(accounts);
  if (accounts.length === 0) return print('No accounts yet. Import some: taquilla accounts import FILE');
  print(
    table(accounts, [
      { title: 'NUMBER', value: (row) => row.number },
      { title: 'NAME', value: (row) => row.name, flexible: true },
      { title: 'STATE', value: (row) => row.state },
      { title: 'LANGUAGE', value: (row) => row.language },
      { title: 'CONTACTS', value: (row) => row.contacts },
      { title: 'SERVICES', value: (row) => row.services },
    ]),
  );
}

export async function showAccount(number: string, options: JsonOption): Promise<void> {
  const { config } = locateConfig(options);
  const account = await withStore(openForReading(config), (store) => store.findAccount(number));
  if (account === null) throw new CommandError(`there is no account ${number}`, 1);
  if (options.json === true) return printJson(account);
  print(
    `${account.number}  ${safe(account.name)}  (${account.state}${account.language === null ? '' : `, ${account.language}`})`,
  );
  print('');
  print(
    table(account.contacts, [
      { title: 'CONTACT', value: (row) => row.address },
      { title: 'NAME', value: (row) => row.name, flexible: true },
      { title: 'ROLE', value: (row) => row.role },
      { title: 'LANGUAGE', value: (row) => row.language },
      { title: 'DEPARTMENTS', value: (row) => row.departments?.join(', ') ?? 'all' },
      { title: 'PRIMARY', value: (row) => (row.primary ? 'yes' : '') },
    ]),
  );
  for (const { address, since } of account.undeliverable)
    print(`\nMails to ${address} come back since ${shownTime(since)}.`);
  if (account.services.length > 0) print(`\nServices: ${account.services.join(', ')}`);
  if (account.tickets.length > 0) {
    print('');
    print(
      table(account.tickets, [
        { title: 'TICKET', value: (row) => row.id },
        { title: 'STATUS', value: (row) => row.status },
        { title: 'DEPARTMENT', value: (row) => row.department },
        { title: 'LAST MESSAGE', value: (row) => shownTime(row.lastMessageAt) },
        { title: 'SUBJECT', value: (row) => row.subject, flexible: true },
      ]),
    );
  }
}
