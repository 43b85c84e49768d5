/** Opening the database: durability, integrity, and every way in which the file can be unusable. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { DatabaseUnusable } from '../../src/store/database-unusable.ts';
import { type OpenDatabase, openDatabase, openReadOnly } from '../../src/store/sqlite/open-database.ts';
import { tempFolder } from '../support/temp-folder.ts';

const pragma = ({ sqlite }: OpenDatabase, name: string) => sqlite.pragma(name, { simple: true });

/** What opening throws; fails the test when it throws nothing. */
function failure(open: () => unknown): unknown {
  try {
    open();
  } catch (error) {
    return error;
  }
  throw new Error('it opened');
}

function expectOneLine(error: unknown, text: string): void {
  expect(error).toBeInstanceOf(DatabaseUnusable);
  const message = error instanceof Error ? error.message : '';
  expect(message).toContain(text);
  expect(message).not.toContain('\n');
}

it('keeps every commit on the disk: at the first opening and at each later one', () => {
  const file = join(tempFolder(), 'taquilla.db');
  for (let round = 1; round <= 3; round += 1) {
    const opened = openDatabase(file);
    expect(pragma(opened, 'synchronous'), `opening ${round}`).toBe(2);
    expect(pragma(opened, 'journal_mode')).toBe('wal');
    opened.sqlite.close();
  }
});

it('checks foreign keys: at the first opening and at each later one', () => {
  const file = join(tempFolder(), 'taquilla.db');
  for (let round = 1; round <= 2; round += 1) {
    const opened = openDatabase(file);
    expect(pragma(opened, 'foreign_keys')).toBe(1);
    const orphan = "insert into services (account_id, name, created_at) values (99, 'x', 0)";
    expect(() => opened.sqlite.exec(orphan)).toThrow(/FOREIGN KEY/);
    opened.sqlite.close();
  }
});

it('opens while somebody else writes', () => {
  const file = join(tempFolder(), 'taquilla.db');
  const writer = openDatabase(file);
  writer.sqlite.exec('begin immediate');
  const opened = openDatabase(file);
  expect(pragma(opened, 'auto_vacuum')).toBe(2);
  opened.sqlite.close();
  writer.sqlite.exec('rollback');
  writer.sqlite.close();
});

it('makes the folder of the database, for its own user only', () => {
  const file = join(tempFolder(), 'new', 'folder', 'taquilla.db');
  openDatabase(file).sqlite.close();
  expect(readFileSync(file).subarray(0, 15).toString()).toBe('SQLite format 3');
});

it('has a sound schema: no row of it points nowhere, and SQLite finds nothing wrong', () => {
  const opened = openDatabase(':memory:');
  expect(pragma(opened, 'integrity_check')).toBe('ok');
  expect(opened.sqlite.pragma('foreign_key_check')).toEqual([]);
  opened.sqlite.close();
});

it.each([
  ['for writing', openDatabase],
  ['for reading', openReadOnly],
] as const)('refuses a database of a newer version, %s, in one line', (_, open) => {
  const file = join(tempFolder(), 'taquilla.db');
  const { sqlite } = openDatabase(file);
  sqlite.exec("insert into __drizzle_migrations (hash, created_at) values ('future', 99999999999999)");
  sqlite.close();
  expectOneLine(
    failure(() => open(file)),
    'written by a newer version',
  );
});

it.each([
  ['for writing', openDatabase],
  ['for reading', openReadOnly],
] as const)('says so when the file is no database, %s', (_, open) => {
  const file = join(tempFolder(), 'taquilla.db');
  writeFileSync(file, 'this is a text file, and long enough to be taken for a header of something else\n'.repeat(50));
  expectOneLine(
    failure(() => open(file)),
    file,
  );
});

it('says so when the folder cannot be made', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'data'), 'a file where a folder should be');
  const file = join(folder, 'data', 'taquilla.db');
  expectOneLine(
    failure(() => openDatabase(file)),
    file,
  );
});

it('says so when the database is a folder', () => {
  const file = join(tempFolder(), 'taquilla.db');
  mkdirSync(file);
  expectOneLine(
    failure(() => openDatabase(file)),
    'cannot open the database',
  );
});

it('reads nothing where there is no database yet, and makes none', () => {
  const file = join(tempFolder(), 'taquilla.db');
  expect(openReadOnly(file)).toBeNull();
  expect(openReadOnly(file)).toBeNull();
});

it('refuses to read a database that is older than the program', () => {
  const file = join(tempFolder(), 'taquilla.db');
  new Database(file).exec('create table x (y)').close();
  expectOneLine(
    failure(() => openReadOnly(file)),
    'older than this program',
  );
});

it('lets a reader look while a writer writes, and never lets it write', () => {
  const file = join(tempFolder(), 'taquilla.db');
  const writer = openDatabase(file);
  writer.sqlite.exec('begin immediate');
  const reader = openReadOnly(file);
  expect(reader?.sqlite.prepare('select count(*) from tickets').pluck().get()).toBe(0);
  expect(() => reader?.sqlite.exec("insert into blobs values ('x', 1, 1)")).toThrow(/readonly/);
  writer.sqlite.exec('rollback');
  reader?.sqlite.close();
  writer.sqlite.close();
});
