/** Statements that are prepared once for the mails to come. */
import { expect, it, onTestFinished } from 'vitest';
import { prepareLoadFacts } from '../../src/store/sqlite/load-facts.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { prepared } from '../../src/store/sqlite/prepared.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { ANA, NOW, sampleRecord, sampleRules } from '../support/sample-mail.ts';

/** A database, and all SQL that is compiled from now on. */
function watched() {
  const opened = openDatabase(':memory:');
  const compiled: string[] = [];
  const prepare = opened.sqlite.prepare.bind(opened.sqlite);
  opened.sqlite.prepare = (source: string) => {
    compiled.push(source);
    return prepare(source);
  };
  return { ...opened, compiled };
}

it('is one plan however often it runs: no look-up of a mail has a bound limit', async () => {
  const opened = watched();
  const store = sqliteStore(opened);
  onTestFinished(() => store.close());
  await store.saveAccounts([ANA], 'merge', NOW);
  opened.compiled.length = 0;
  prepareLoadFacts(opened.db);
  const matter = await store.recordMail(sampleRecord({ id: 'uno' }), sampleRules());
  const reply = (id: string) =>
    store.recordMail(
      sampleRecord({ id, subject: `Re: ${matter.ticket}` }, { inReplyTo: ['<uno@empresa.com>'] }),
      sampleRules(),
    );
  expect((await reply('dos')).verdict).toBe('append-message');
  expect(opened.compiled.filter((source) => / limit \d+/.test(source)).length).toBeGreaterThan(14);
  expect(opened.compiled.filter((source) => / limit \?/.test(source))).toEqual([]);

  opened.compiled.length = 0;
  expect((await reply('tres')).verdict).toBe('append-message');
  expect((await store.recordMail(sampleRecord({ id: 'cuatro' }), sampleRules())).verdict).toBe('open-ticket');
  expect(opened.compiled).toEqual([]);
});

it('is built once for each database', () => {
  const built: unknown[] = [];
  const statement = prepared((db) => built.push(db));
  const [one, other] = [openDatabase(':memory:'), openDatabase(':memory:')];
  expect([statement(one.db), statement(one.db), statement(other.db)]).toEqual([1, 1, 2]);
  expect(built).toEqual([one.db, other.db]);
  for (const { sqlite } of [one, other]) sqlite.close();
});
