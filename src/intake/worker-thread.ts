/**
 * The inside of a worker thread of worker-pool.ts: says that it is ready, then answers one task after the other. Errors
 * cross as plain data; of a file system's error the code is what the caller decides by.
 */
import { parentPort } from 'node:worker_threads';

export type Answer<R> = { readonly kind: 'ready' } | { readonly kind: 'value'; readonly value: R } | ThrownInWorker;

interface ThrownInWorker {
  readonly kind: 'thrown';
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
}

/** Called once by the module that a worker runs. */
export function answerTasks<T, R>(handle: (task: T) => Promise<R>): void {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread only');
  const answer = (message: Answer<R>) => port.postMessage(message);
  port.on('message', (task: T) => {
    handle(task).then(
      (value) => answer({ kind: 'value', value }),
      (error: unknown) => answer(thrown(error)),
    );
  });
  answer({ kind: 'ready' });
}

function thrown(error: unknown): ThrownInWorker {
  if (!(error instanceof Error)) return { kind: 'thrown', message: String(error), stack: undefined, code: undefined };
  const code = 'code' in error ? String(error.code) : undefined;
  return { kind: 'thrown', message: error.message, stack: error.stack, code };
}

/** The error as it was, as far as it matters. */
export function errorFrom({ message, stack, code }: ThrownInWorker): Error {
  const error = Object.assign(new Error(message), code === undefined ? {} : { code });
  if (stack !== undefined) error.stack = stack;
  return error;
}
