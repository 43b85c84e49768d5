/**
 * The callers' side of the port: a store that passes every call on. It knows no method by name, so arguments and results
 * of whatever the `Store` interface has must be plain data.
 */
import type { MessagePort, Worker } from 'node:worker_threads';
import { type Store, StoreUnavailable } from '../store.ts';
import { WaitingCallers } from './waiting-callers.ts';
import { type Answer, type Call, type Calls, compact, fromFailure, PolicySender, restoreBuffers } from './wire.ts';

export interface Asking {
  readonly store: Store;
  readonly isClosing: () => boolean;
  /** Nobody answers any more: fails what waits, and every later call. */
  end(cause: Error): void;
}

export function askOver(port: MessagePort | Worker): Asking {
  const waiting = new WaitingCallers();
  const policies = new PolicySender();
  let calls: Call[] = [];
  let dead: Error | null = null;
  /** The call of `close`. */
  let closeId: number | null = null;

  const flush = () => {
    const message: Calls = { policies: policies.take(), calls };
    calls = [];
    if (dead === null) port.postMessage(message);
  };
  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (dead !== null) return reject(new StoreUnavailable('io', dead));
      const sent = args.map((one) => policies.strip(compact(one)));
      const id = waiting.add({ resolve, reject });
      if (method === 'close') closeId = id;
      // Calls of one turn of the event loop cross together. Where nothing is on its way, as with a single client, one goes at once.
      if (calls.length === 0) {
        if (waiting.size === 1) queueMicrotask(flush);
        else setImmediate(flush);
      }
      calls.push({ id, method, args: sent });
    });

  port.on('message', (answers: readonly Answer[]) => {
    for (const answer of answers) {
      if (answer.id === closeId) dead ??= new Error('the store is closed');
      const caller = waiting.take(answer.id);
      if (answer.ok) caller?.resolve(restoreBuffers(answer.value));
      else caller?.reject(fromFailure(answer.failure));
    }
  });
  return {
    store: passingOn(call),
    isClosing: () => closeId !== null,
    end: (cause) => {
      dead ??= cause;
      for (const { reject } of waiting.takeAll()) reject(new StoreUnavailable('io', dead));
    },
  };
}

/** Every method of `Store` by its name. */
function passingOn(call: (method: string, args: readonly unknown[]) => Promise<unknown>): Store {
  const methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();
  const target: object = {};
  return new Proxy(target, {
    get(_, name) {
      // A promise that resolves with a store asks it for `then`.
      if (typeof name !== 'string' || name === 'then') return undefined;
      const method = methods.get(name) ?? ((...args) => call(name, args));
      methods.set(name, method);
      return method;
    },
  }) as Store;
}
