/** Statements that are prepared once for the mails to come. */
import { expect, it, onTestFinished } from 'vitest';
import { prepareLoadFacts } from '../../src/store/sqlite/load-facts.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { prepared } from '../../src/store/sqlite/prepared.ts';

it('is one plan however often it runs: no look-up of a mail has a bound limit', () => {
  const { sqlite, db } = openDatabase(':memory:');
  onTestFinished(() => {
    sqlite.close();
  });
  const sources: string[] = [];
  const prepare = sqlite.prepare.bind(sqlite);
  sqlite.prepare = (source: string) => {
    sources.push(source);
    return prepare(source);
  };
  prepareLoadFacts(db);
  expect(sources.filter((source) => / limit \d+/.test(source)).length).toBeGreaterThan(8);
  expect(sources.filter((source) => / limit \?/.test(source))).toEqual([]);
});

it('is built once for each database', () => {
  const built: unknown[] = [];
  const statement = prepared((db) => built.push(db));
  const [one, other] = [openDatabase(':memory:'), openDatabase(':memory:')];
  expect([statement(one.db), statement(one.db), statement(other.db)]).toEqual([1, 1, 2]);
  expect(built).toEqual([one.db, other.db]);
  for (const { sqlite } of [one, other]) sqlite.close();
});
