/** Which database driver runs on which Node. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { driverFor, openSqlite, sqliteCode } from '../../src/store/sqlite/driver.ts';

it.each([
  ['20.19.0', 'better-sqlite3'],
  ['22.23.3', 'better-sqlite3'],
  ['24.0.0', 'better-sqlite3-13'],
  ['24.21.0', 'better-sqlite3-13'],
  ['26.1.0', 'better-sqlite3-13'],
])('Node %s, where version 12 would end the process from 24.19 on, gets %s', (node, driver) => {
  expect(driverFor(node)).toBe(driver);
});

const node = process.versions.node;
it.runIf(Number.parseInt(node, 10) < 22)('says what to do where npm has left the one for Node 24 out', () => {
  expect(() => openSqlite(':memory:', {}, '24.21.0')).toThrow(
    /^Node 24\.21\.0 needs better-sqlite3 13, .* install Taquilla once more without --omit=optional$/,
  );
});

it('is installed in an exact version, and left out where it does not run', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(manifest.optionalDependencies).toEqual({
    'better-sqlite3-13': expect.stringMatching(/^npm:better-sqlite3@13\.\d+\.\d+$/),
  });
});

it('tells SQLite’s errors by their code', () => {
  const sqlite = openSqlite(':memory:');
  const caught = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  };
  expect(sqliteCode(caught(() => sqlite.exec('select * from nowhere')))).toBe('SQLITE_ERROR');
  expect(sqliteCode(new Error('SQLITE_ERROR'))).toBeNull();
  sqlite.close();
});
