/**
 * The callers' side of the port: a store that passes every call on. It knows no method by name, so arguments and results
 * of whatever the `Store` interface has must be plain data.
 */
import type { MessagePort, Worker } from 'node:worker_threads';
import { type Store, StoreUnavailable } from '../store.ts';
import { type Answer, type Call, type Calls, compact, fromFailure, PolicySender, restoreBuffers } from './wire.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export interface Asking {
  readonly store: Store;
  readonly isClosing: () => boolean;
  /** Nobody answers any more: fails what waits, and every later call. */
  end(cause: Error): void;
}

export function askOver(port: MessagePort | Worker): Asking {
  const waiting = new Map<number, Waiting>();
  const policies = new PolicySender();
  let calls: Call[] = [];
  let lastId = 0;
  let dead: Error | null = null;
  /** The call of `close`; 0 before. */
  let closeId = 0;

  const flush = () => {
    const message: Calls = { policies: policies.take(), calls };
    calls = [];
    if (dead === null) port.postMessage(message);
  };
  const call = (method: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (dead !== null) return reject(new StoreUnavailable('io', dead));
      lastId += 1;
      if (method === 'close') closeId = lastId;
      waiting.set(lastId, { resolve, reject });
      // Calls of one turn of the event loop cross together. Where nothing is on its way, as with a single client, one goes at once.
      if (calls.length === 0) {
        if (waiting.size === 1) queueMicrotask(flush);
        else setImmediate(flush);
      }
      calls.push({ id: lastId, method, args: args.map((one) => policies.strip(compact(one))) });
    });

  port.on('message', (answers: readonly Answer[]) => {
    for (const answer of answers) {
      if (answer.id === closeId) dead ??= new Error('the store is closed');
      const caller = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.ok) caller?.resolve(restoreBuffers(answer.value));
      else caller?.reject(fromFailure(answer.failure));
    }
  });
  return {
    store: passingOn(call),
    isClosing: () => closeId > 0,
    end: (cause) => {
      dead ??= cause;
      for (const { reject } of waiting.values()) reject(new StoreUnavailable('io', dead));
      waiting.clear();
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
