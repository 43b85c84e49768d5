/**
 * Bringing a filled database up to date: nothing is lost, a failure or a crash leaves the old state, and a copy from
 * before lies beside it. The migration is a real one, of the kind that drizzle-kit writes when a default changes.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openDatabase, openReadOnly } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { ANA, NOW, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SHIPPED = fileURLToPath(new URL('../../drizzle/sqlite', import.meta.url));

/** An account with contacts and services, and a ticket with its mail and receipt. */
async function filledDatabase(): Promise<string> {
  const file = join(tempFolder(), 'taquilla.db');
  const store = sqliteStore(openDatabase(file));
  await store.saveAccounts([ANA], 'replace', NOW);
  await store.recordMail(sampleRecord({ id: 'uno', receivedAt: NOW }), sampleRules(NOW));
  await store.close();
  return file;
}

/** How many rows each table has. */
function counts(file: string): Record<string, number> {
  const sqlite = new Database(file, { readonly: true });
  const tables = sqlite
    .prepare<[], string>(
      "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '\\_\\_%' escape '\\'",
    )
    .pluck()
    .all();
  const result = tables.map((name) => [name, Number(sqlite.prepare(`select count(*) from "${name}"`).pluck().get())]);
  sqlite.close();
  return Object.fromEntries(result);
}

function schemaOf(file: string, table: string): string {
  const sqlite = new Database(file, { readonly: true });
  const sql = sqlite.prepare<[string], string>('select sql from sqlite_master where name = ?').pluck().get(table);
  sqlite.close();
  return sql ?? '';
}

/** The shipped migrations with one more behind them. */
function migrationsWith(statements: readonly string[]): string {
  const folder = join(tempFolder(), 'migrations');
  cpSync(SHIPPED, folder, { recursive: true });
  const journalFile = join(folder, 'meta', '_journal.json');
  const journal = JSON.parse(readFileSync(journalFile, 'utf8'));
  const last = journal.entries.at(-1);
  const next = { ...last, idx: last.idx + 1, when: last.when + 1, tag: '9999_next' };
  writeFileSync(journalFile, JSON.stringify({ ...journal, entries: [...journal.entries, next] }));
  writeFileSync(join(folder, '9999_next.sql'), statements.join('\n--> statement-breakpoint\n'));
  return folder;
}

/** As drizzle-kit does for a changed default: SQLite can't change a column, so the table is made anew. */
function rebuiltAccounts(file: string): string[] {
  const old = schemaOf(file, 'accounts');
  const renamed = old.replace(/accounts/, '__new_accounts').replace("'active'", "'suspended'");
  expect(renamed).not.toBe(old);
  return [
    'PRAGMA foreign_keys=OFF;',
    renamed,
    'insert into __new_accounts select * from accounts;',
    'drop table accounts;',
    'alter table __new_accounts rename to accounts;',
    'PRAGMA foreign_keys=ON;',
    'create unique index accounts_number on accounts (number collate nocase);',
  ];
}

const copiesBeside = (file: string) =>
  readdirSync(join(file, '..'))
    .filter((name) => name.includes('.before'))
    .map((name) => join(file, '..', name));

it('a table that is made anew keeps the rows that hang on it', async () => {
  const file = await filledDatabase();
  const before = counts(file);
  expect(before).toMatchObject({ accounts: 1, tickets: 1, messages: 1, outbox: 1 });
  expect(before.contacts).toBeGreaterThan(0);
  const { sqlite } = openDatabase(file, migrationsWith(rebuiltAccounts(file)));
  expect(sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
  expect(sqlite.pragma('foreign_key_check')).toEqual([]);
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  sqlite.exec("insert into accounts (number, name, created_at, updated_at) values ('C-9', 'x', 0, 0)");
  expect(sqlite.prepare("select state from accounts where number = 'C-9'").pluck().get()).toBe('suspended');
  sqlite.close();
  expect(counts(file)).toEqual({ ...before, accounts: 2 });
});

it('a whole copy from before lies beside it, which the older program can open', async () => {
  const file = await filledDatabase();
  const before = counts(file);
  openDatabase(file, migrationsWith(rebuiltAccounts(file))).sqlite.close();
  const [copy = '', ...more] = copiesBeside(file);
  expect(more).toEqual([]);
  expect(counts(copy)).toEqual(before);
  expect(statSync(copy).size).toBeGreaterThan(4096);
  openReadOnly(copy)?.sqlite.close();
  expect(() => openReadOnly(file)).toThrow('written by a newer version');
});

it('makes no copy where nothing is to be done, nor of a database that is just being made', async () => {
  const file = await filledDatabase();
  openDatabase(file).sqlite.close();
  expect(copiesBeside(file)).toEqual([]);
});

it('a migration that fails changes nothing, and can be repeated once it is mended', async () => {
  const file = await filledDatabase();
  const before = counts(file);
  const good = rebuiltAccounts(file);
  expect(() => openDatabase(file, migrationsWith([...good.slice(0, 4), 'this is no SQL']))).toThrow();
  expect(counts(file)).toEqual(before);
  expect(schemaOf(file, 'accounts')).toContain("'active'");
  openDatabase(file).sqlite.close();
  openDatabase(file, migrationsWith(good)).sqlite.close();
  expect(counts(file)).toEqual(before);
  expect(schemaOf(file, 'accounts')).toContain("'suspended'");
});

it('refuses to go on when a migration leaves rows that point nowhere', async () => {
  const file = await filledDatabase();
  const folder = migrationsWith(['delete from accounts;']);
  expect(() => openDatabase(file, folder)).toThrow(/rows without the row they point to; restore the backup beside it/);
  expect(copiesBeside(file)).toHaveLength(1);
});

it('a process that is killed in the middle of a migration leaves the old state, and the next one finishes', async () => {
  const file = await filledDatabase();
  const before = counts(file);
  const good = rebuiltAccounts(file);
  const endless =
    'create table big as with recursive n(x) as (select 1 union all select x + 1 from n where x < 500000000) select x from n;';
  const module = new URL('../../src/store/sqlite/open-database.ts', import.meta.url).href;
  const program = `import { openDatabase } from ${JSON.stringify(module)}; openDatabase(process.argv[1], process.argv[2]);`;
  const folder = migrationsWith([...good.slice(0, 5), endless]);
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program, file, folder];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const ended = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
  // Some of the migration is in the log of the database, and nothing of it is committed.
  const log = `${file}-wal`;
  while (child.exitCode === null && !(existsSync(log) && statSync(log).size > 4_000_000))
    await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');

  const old = openDatabase(file);
  expect(old.sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
  old.sqlite.close();
  expect(counts(file)).toEqual(before);
  openDatabase(file, migrationsWith(good)).sqlite.close();
  expect(counts(file)).toEqual(before);
}, 120_000);

it('half a copy from before never has the name of a copy', async () => {
  const file = await filledDatabase();
  writeFileSync(`${file}.before.part`, 'left by a crash');
  openDatabase(file, migrationsWith(rebuiltAccounts(file))).sqlite.close();
  const [copy = '', ...more] = copiesBeside(file);
  expect(more).toEqual([]);
  expect(readFileSync(copy).subarray(0, 15).toString()).toBe('SQLite format 3');
});
