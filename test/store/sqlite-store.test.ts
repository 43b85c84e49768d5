/** The store on a real SQLite file, and what is true of this store only. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { makeFolder, removeFolder, tempFolder } from '../support/temp-folder.ts';
import { storeSuite } from './store-suite.ts';

storeSuite('SQLite', async () => {
  const folder = makeFolder();
  const store = sqliteStore(openDatabase(join(folder, 'taquilla.db')));
  return {
    ...store,
    close: async () => {
      await store.close();
      removeFolder(folder);
    },
  };
});

it('finishes what was handed in before it closes', async () => {
  const file = join(tempFolder(), 'taquilla.db');
  const store = sqliteStore(openDatabase(file));
  const saved = store.saveAccounts(
    [{ number: 'C-1', name: 'Uno', language: null, state: 'active', contacts: [], services: [] }],
    'merge',
    0,
  );
  await store.close();
  await expect(saved).resolves.toMatchObject({ added: 1 });
  const again = sqliteStore(openDatabase(file));
  expect(await again.findAccount('C-1')).not.toBeNull();
  await again.close();
});
