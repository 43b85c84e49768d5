/** `taquilla compact`: free pages of the database file back to the disk, in small steps or all at once. */

import { emptyLog, fileSpace, giveBackPages, rewriteFile } from '../store/sqlite/file-space.ts';
import { openDatabase } from '../store/sqlite/open-database.ts';
import { emptyTextIndexLog, renewTextIndex } from '../store/sqlite/text-index-file.ts';
import { CommandError, databaseFile, type JsonOption, locateConfig, print, printJson } from './command.ts';
import { openForReading } from './open-store.ts';
import { shownSize } from './table.ts';
import { untilDone, whenFree } from './when-free.ts';

/** Pages in one transaction, 1 MB. */
const STEP = 256;

export async function compact(options: JsonOption & { readonly full?: boolean }): Promise<void> {
  const { config } = locateConfig(options);
  // Says so where there is no database yet, instead of making one.
  await openForReading(config).close();
  const { sqlite } = openDatabase(databaseFile(config));
  try {
    const before = fileSpace(sqlite);
    if (options.full === true) await whenFree(() => rewriteFile(sqlite));
    else if (before.free > 0)
      await giveAllBack(() => sqlite.transaction(() => giveBackPages(sqlite, STEP)).immediate());
    await untilDone(() => emptyLog(sqlite));
    if (options.full === true) {
      await whenFree(() => renewTextIndex(sqlite.name));
      await untilDone(() => emptyTextIndexLog(sqlite.name));
    }
    const after = fileSpace(sqlite);
    const [was, is] = [before.pages * before.pageBytes, after.pages * after.pageBytes];
    if (options.json === true) printJson({ before: was, after: is, free: after.free * after.pageBytes });
    else print(`The database takes ${shownSize(is)}; before: ${shownSize(was)}.`);
    if (after.free > 0 && options.full !== true)
      throw new CommandError('some space could not be given back; taquilla compact --full writes the file anew', 1);
  } finally {
    sqlite.close();
  }
}

async function giveAllBack(step: () => number): Promise<void> {
  while ((await whenFree(step)) > 0) {
    // Mail comes first: whoever waits for the lock gets it here.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
