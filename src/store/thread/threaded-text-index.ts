/**
 * An indexer whose work is done in a thread of its own. The thread is started when there is first something to index, and
 * again where it has died: a search is worse then for a moment, and no mail is.
 */
import type { Worker } from 'node:worker_threads';
import type { Indexer } from '../sqlite/text-index-clock.ts';
import type { CaughtUp } from '../sqlite/text-index-file.ts';
import { startThread } from './start-thread.ts';
import { type Failure, fromFailure } from './wire.ts';

export type IndexCall = 'catch-up' | 'close';

export type IndexAnswer =
  | { readonly ok: true; readonly caughtUp: CaughtUp }
  | { readonly ok: false; readonly failure: Failure };

/** Texts stay inside SQLite: all that it holds are a few statements. */
const YOUNG_MB = 2;

/** `start`: another only in tests. */
export function threadedTextIndex(database: string, start = startThread): Indexer {
  let worker: Worker | null = null;

  const running = (): Worker => {
    if (worker !== null) return worker;
    const started = start('text-index-thread', database, YOUNG_MB);
    started.unref();
    // Whoever waits for it is told; without a listener it would end the store's thread.
    started.on('error', () => undefined);
    started.on('exit', () => {
      if (worker === started) worker = null;
    });
    worker = started;
    return started;
  };

  return {
    catchUp: () =>
      new Promise((resolve, reject) => {
        const one = running();
        const settle = (settled: () => void) => {
          one.off('message', answered).off('error', reject).off('exit', ended);
          settled();
        };
        const answered = (answer: IndexAnswer) =>
          settle(() => (answer.ok ? resolve(answer.caughtUp) : reject(fromFailure(answer.failure))));
        const ended = (code: number) => settle(() => reject(new Error(`its thread has ended (${code})`)));
        one.on('message', answered).on('error', reject).on('exit', ended);
        call(one, 'catch-up');
      }),
    close: () =>
      new Promise((resolve) => {
        if (worker === null) return resolve();
        worker.once('exit', () => resolve());
        worker.ref();
        call(worker, 'close');
      }),
  };
}

function call(worker: Worker, message: IndexCall): void {
  worker.postMessage(message);
}
