/** Does what its task says, which is mostly something that a worker should not do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerTasks } from '../../../src/intake/worker-thread.ts';

export type OddTask =
  | { readonly act: 'echo'; readonly text: string }
  | { readonly act: 'wait'; readonly text: string }
  | { readonly act: 'loop' | 'hang' | 'memory' | 'exit' | 'throw' };

answerTasks<OddTask, string>(async (task) => {
  switch (task.act) {
    case 'echo':
      return task.text;
    case 'wait':
      await sleep(50);
      return task.text;
    case 'loop':
      for (;;);
    case 'hang':
      return new Promise(() => undefined);
    case 'memory': {
      const kept: object[] = [];
      for (;;) kept.push({ kept: kept.length });
    }
    case 'exit':
      return process.exit(3);
    case 'throw':
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    default:
      return task satisfies never;
  }
});
