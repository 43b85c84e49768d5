/** How commands open the database; apart from command.ts, because the gateway, which has a thread for it, need not load it. */
import type { Config } from '../config.ts';
import { openDatabase, openReadOnly } from '../store/sqlite/open-database.ts';
import { sqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { CommandError, databaseFile, shownPath } from './command.ts';

/** For commands that only look. */
export function openForReading(config: Config): Store {
  const opened = openReadOnly(databaseFile(config));
  if (opened === null) {
    throw new CommandError(
      `there is no database in ${shownPath(config.dataFolder)} yet; start the gateway or import accounts first`,
      1,
    );
  }
  return sqliteStore(opened);
}

/** For commands that write; works beside a running gateway. */
export function openForWriting(config: Config): Store {
  return sqliteStore(openDatabase(databaseFile(config)));
}
