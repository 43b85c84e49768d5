/** Work on the database file itself, beside a gateway that writes to it all the time. */
import { StoreUnavailable } from '../store/store.ts';
import { CommandError } from './command.ts';

const TRIES = 300;
const PAUSE_MS = 100;

/** Tries for half a minute to find the moment in which nobody else holds the database. */
export async function whenFree<T>(work: () => T | Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code === 'SQLITE_FULL')
        throw new CommandError('there is no space for a second copy of the database; make room and try again', 1);
      const busy = error instanceof StoreUnavailable && error.why === 'busy';
      if (!busy && !code.startsWith('SQLITE_BUSY') && !code.startsWith('SQLITE_LOCKED')) throw error;
      if (tries === TRIES)
        throw new CommandError('another program holds the database; try again when it is done, or stop the gateway', 1);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** As `whenFree`, for work that says whether it could be done. */
export async function untilDone(work: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 1; !(await whenFree(work)); tries += 1) {
    if (tries === TRIES)
      throw new CommandError(
        'another program reads the database (a backup?), so that its old pages could not be let go of; run taquilla compact when it is done',
        1,
      );
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
