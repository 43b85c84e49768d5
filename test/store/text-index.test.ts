/** The full-text index: what is new gets into it together, and nothing that happens in between confuses it. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { ANA, NOW, sampleRecord, sampleRules } from '../support/sample-mail.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function opened(file = join(tempFolder(), 'taquilla.db')) {
  const database = openDatabase(file);
  const store = sqliteStore(database);
  onTestFinished(() => store.close());
  await store.saveAccounts([ANA], 'merge', NOW);
  const found = async (text: string) => (await store.searchTickets([{ text, prefix: false }], { limit: 10 })).length;
  return { file, store, found, ...database };
}

const INTACT = "insert into messages_text(messages_text, rank) values ('integrity-check', 1)";

it('has what was written a moment ago when it is asked', async () => {
  const { store, found } = await opened();
  await store.recordMail(sampleRecord({ id: 'uno', text: 'La grúa no sube\n' }), sampleRules());
  expect(await found('grua')).toBe(1);
});

it('goes on where a crash has stopped it', async () => {
  const first = await opened();
  await first.store.recordMail(sampleRecord({ id: 'uno', text: 'La grúa no sube\n' }), sampleRules());
  // Before the first store gets to it: what another process finds after a crash.
  const second = await opened(first.file);
  expect(await second.found('grua')).toBe(1);
  await second.store.recordMail(sampleRecord({ id: 'dos', text: 'La grúa no baja\n' }), sampleRules());
  expect(await second.found('grua')).toBe(2);
  second.sqlite.exec(INTACT);
});

it('stays whole when a row changes or goes before it was indexed', async () => {
  const { store, found, sqlite } = await opened();
  await store.recordMail(sampleRecord({ id: 'uno', text: 'La grúa no sube\n' }), sampleRules());
  await store.recordMail(sampleRecord({ id: 'dos', text: 'La polea no gira\n' }), sampleRules());
  sqlite.exec(
    "update messages set text = 'El cable' where text like 'La gr%'; delete from messages where text like 'La p%'",
  );
  expect([await found('grua'), await found('cable'), await found('polea')]).toEqual([0, 1, 0]);
  sqlite.exec("update messages set text = 'El motor' where text = 'El cable'");
  expect([await found('cable'), await found('motor')]).toEqual([0, 1]);
  sqlite.exec(INTACT);
});

it.each(['tickets_text', 'messages_text'])(
  'merges %s by twelve segments of a size, and seldom all at once',
  async (table) => {
    const { sqlite } = await opened();
    const set = sqlite.prepare(`select k, v from ${table}_config where k in ('automerge', 'crisismerge') order by k`);
    expect(set.raw().all()).toEqual([
      ['automerge', 12],
      ['crisismerge', 48],
    ]);
  },
);
