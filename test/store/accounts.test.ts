/** Single contacts and services, and whole accounts, on a real SQLite file. */
import { join } from 'node:path';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { makeFolder, removeFolder } from '../support/temp-folder.ts';
import { accountSuite } from './account-suite.ts';

accountSuite('SQLite', async () => {
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
