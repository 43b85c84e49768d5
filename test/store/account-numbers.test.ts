import { expect, it } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';

it('an account number is the same one in any case', async () => {
  const store = sqliteStore(openDatabase(':memory:'));
  const saved = await store.saveAccounts([{ number: 'C-1001', name: 'Uno', contacts: [], services: [] }], 'merge', 0);
  expect(saved.added).toBe(1);
  const again = await store.saveAccounts([{ number: 'c-1001', name: 'Dos', contacts: [], services: [] }], 'merge', 1);
  expect(again).toEqual({ added: 0, changed: 1, unchanged: 0 });
  expect((await store.listAccounts({ limit: 10 })).map(({ number, name }) => [number, name])).toEqual([
    ['C-1001', 'Dos'],
  ]);
  expect(await store.closeOtherAccounts(['c-1001'], 2)).toBe(0);
  await store.close();
});
