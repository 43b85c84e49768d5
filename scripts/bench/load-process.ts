/** The load process as the bench sees it: one order at a time. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load.ts';

export interface Load {
  run(order: LoadOrder): Promise<LoadResult>;
  stop(): void;
}

/** `ticketsFile`: what can be replied to. */
export async function startLoad(ticketsFile: string | null): Promise<Load> {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), ticketsFile === null ? [] : [ticketsFile], {
    execArgv: ['--import', 'tsx'],
  });
  await once(child, 'message');
  const gone = once(child, 'exit').then(() => {
    throw new Error('the load process has ended');
  });
  gone.catch(() => undefined);
  return {
    run: async (order) => {
      const answer = once(child, 'message');
      child.send(order);
      const [{ result, failure }] = await Promise.race([answer, gone]);
      if (failure !== undefined) throw new Error(failure);
      return result;
    },
    stop: () => child.kill(),
  };
}
