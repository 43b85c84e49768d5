/** The store's side of the port: does what is asked, and answers. */
import type { MessagePort } from 'node:worker_threads';
import type { Store } from '../store.ts';
import { type Answer, type Call, type Calls, compact, PolicyReceiver, restoreBuffers, toFailure } from './wire.ts';

/** After `close` was answered the port is closed too. */
export function answerCalls(port: MessagePort, store: Store): void {
  const methods = new Map(Object.entries(store));
  const policies = new PolicyReceiver();
  let answers: Answer[] = [];

  const answer = (one: Answer) => {
    // All mails of a transaction are settled one after the other and cross together.
    if (answers.length === 0)
      queueMicrotask(() => {
        const ready = answers;
        answers = [];
        port.postMessage(ready);
      });
    answers.push(one);
  };

  const perform = async ({ id, method, args }: Call): Promise<void> => {
    try {
      const run = methods.get(method);
      if (run === undefined) throw new Error(`the store has no method ${method}`);
      const restored = args.map((one) => policies.restore(restoreBuffers(one)));
      const value: unknown = await Reflect.apply(run, store, restored);
      answer({ id, ok: true, value: compact(value) });
    } catch (error) {
      answer({ id, ok: false, failure: toFailure(error) });
    }
    if (method === 'close') setImmediate(() => port.close());
  };

  port.on('message', (message: Calls) => {
    policies.learn(message.policies);
    for (const call of message.calls) void perform(call);
  });
}
