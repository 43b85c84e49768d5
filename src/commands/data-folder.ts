/** The data folder at the start: made where it is not there, and closed to the other users of the machine. */
import { accessSync, chmodSync, constants, mkdirSync, statSync } from 'node:fs';
import { CommandError, shownPath } from './command.ts';

export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    closeToOthers(folder);
  } catch {
    throw new CommandError(
      `the data folder ${shownPath(folder)} cannot be written; create it or give this user the right to write there`,
      1,
    );
  }
}

/** A folder that somebody made beforehand, open to all, holds clients' mail from now on. */
function closeToOthers(folder: string): void {
  if ((statSync(folder).mode & 0o077) === 0) return;
  try {
    chmodSync(folder, 0o700);
  } catch {
    // Somebody else's folder: the files in it are closed by themselves.
  }
}
