/**
 * A store whose work is done in a thread of its own, so that a commit's wait for the disk stops nobody else.
 *
 * When the thread dies every call that waits fails with `StoreUnavailable`, and so does every later one: no mail is
 * answered with a 250 that is not on the disk. `lost` tells whoever has to end the program.
 */
import type { Worker } from 'node:worker_threads';
import { DatabaseUnusable } from '../database-unusable.ts';
import type { Store } from '../store.ts';
import { askOver } from './ask-over.ts';
import { startThread } from './start-thread.ts';
import { fromFailure, type Opened } from './wire.ts';

export interface ThreadedStore {
  readonly store: Store;
  /** Resolves when the thread has died by itself. */
  readonly lost: Promise<Error>;
}

/** What a mail leaves behind in this thread is gone with its transaction: more room only makes the process larger. */
const YOUNG_MB = 8;

/** Rejects with `DatabaseUnusable` as `openDatabase` does. */
export async function openThreadedStore(file: string): Promise<ThreadedStore> {
  const worker = startThread('store-thread', file, YOUNG_MB);
  await opened(worker, file);
  const asking = askOver(worker);
  const lost = new Promise<Error>((resolve) => {
    const end = (error: Error) => {
      asking.end(error);
      if (!asking.isClosing()) resolve(error);
    };
    worker.on('error', end);
    worker.on('messageerror', end);
    worker.on('exit', (code) => end(new Error(`the store's thread has ended (${code})`)));
  });
  return { store: asking.store, lost };
}

function opened(worker: Worker, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: Opened) => {
      worker.off('error', reject);
      if (message.opened) resolve();
      else reject(message.unusable === null ? fromFailure(message.failure) : new DatabaseUnusable(message.unusable));
    });
    worker.once('exit', (code) => reject(new Error(`${file}: the store's thread has ended (${code})`)));
  });
}
