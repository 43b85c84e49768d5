/**
 * Worker threads for work that may run away: each does one task at a time, within a time and a memory limit, and one that
 * goes over a limit is ended and replaced. Knows nothing of mail. The other side is worker-thread.ts.
 *
 * Our own and not a library's for two promises: a task's time counts from when a worker begins it, and an ended
 * worker is gone before its task is answered, so that what it left behind can be cleared away.
 */
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { type Answer, errorFrom } from './worker-thread.ts';

export interface PoolOptions {
  /** What the workers run: a module that calls `answerTasks`. */
  readonly file: URL;
  /** Workers at once; each is started when it is first needed, and replaced as soon as it was ended. */
  readonly size: number;
  /** Milliseconds for one task, from when a worker begins it. */
  readonly taskMs: number;
  /** Megabytes of JavaScript heap for one worker. Buffers come on top: what reads mails bounds these itself. */
  readonly heapMb: number;
}

/** Small, so that buffers that have streamed by are given back soon: they are freed when their handles are collected. */
const YOUNG_MB = 6;

export type Stopped = 'time' | 'memory' | 'crash';

export type TaskResult<R> =
  | { readonly kind: 'done'; readonly value: R }
  /** The worker was ended, or ended itself, in the middle of the task. */
  | { readonly kind: 'stopped'; readonly why: Stopped; readonly detail: string }
  /** No worker could be started. */
  | { readonly kind: 'not-begun'; readonly detail: string }
  /** The pool was closed before a worker began it. */
  | { readonly kind: 'closed' };

interface Job<T, R> {
  readonly task: T;
  readonly resolve: (result: TaskResult<R>) => void;
  readonly reject: (error: Error) => void;
}

interface Thread<T, R> {
  readonly worker: Worker;
  ready: boolean;
  job: Job<T, R> | null;
  timer: NodeJS.Timeout | undefined;
  ending: { readonly why: Stopped; readonly detail: string } | null;
}

export class WorkerPool<T, R> {
  private readonly options: PoolOptions;
  private readonly threads = new Set<Thread<T, R>>();
  private readonly queue: Job<T, R>[] = [];
  private closing = false;
  private drained: (() => void)[] = [];

  constructor(options: PoolOptions) {
    this.options = options;
  }

  /** Tasks that no worker has begun. */
  get waiting(): number {
    return this.queue.length;
  }

  /** `task` is cloned. Rejects with what the worker's own code threw. */
  run(task: T): Promise<TaskResult<R>> {
    if (this.closing) return Promise.resolve({ kind: 'closed' });
    return new Promise((resolve, reject) => {
      this.queue.push({ task, resolve, reject });
      this.dispatch();
    });
  }

  /** Lets tasks that were begun finish, which their time bounds, then ends the workers. */
  async close(): Promise<void> {
    this.closing = true;
    for (const { resolve } of this.queue.splice(0)) resolve({ kind: 'closed' });
    while (this.busy()) await new Promise<void>((resolve) => this.drained.push(resolve));
    await Promise.all([...this.threads].map(({ worker }) => worker.terminate()));
  }

  private busy(): boolean {
    for (const { job } of this.threads) if (job !== null) return true;
    return false;
  }

  private dispatch(): void {
    let starting = 0;
    for (const thread of this.threads) {
      if (!thread.ready) starting += 1;
      else if (thread.job === null && thread.ending === null) this.begin(thread);
    }
    const missing = Math.min(this.queue.length - starting, this.options.size - this.threads.size);
    for (let count = 0; count < missing; count += 1) this.start();
    for (const wake of this.drained.splice(0)) wake();
  }

  private begin(thread: Thread<T, R>): void {
    const job = this.queue.shift();
    if (job === undefined) return;
    thread.job = job;
    thread.timer = setTimeout(() => {
      thread.ending = { why: 'time', detail: `longer than ${this.options.taskMs} ms` };
      void thread.worker.terminate();
    }, this.options.taskMs);
    thread.worker.ref();
    thread.worker.postMessage(job.task);
  }

  private start(): void {
    const { file, heapMb } = this.options;
    let worker: Worker;
    try {
      worker = startThread(file, { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_MB });
    } catch (error) {
      this.giveUp(error instanceof Error ? error.message : String(error));
      return;
    }
    const thread: Thread<T, R> = { worker, ready: false, job: null, timer: undefined, ending: null };
    this.threads.add(thread);
    worker.on('message', (answer: Answer<R>) => this.answered(thread, answer));
    worker.on('error', (error: Error & { code?: string }) => {
      const why = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash';
      thread.ending ??= { why, detail: error.message };
    });
    worker.on('exit', (code) => this.ended(thread, code));
  }

  private answered(thread: Thread<T, R>, answer: Answer<R>): void {
    if (answer.kind === 'ready') thread.ready = true;
    else {
      clearTimeout(thread.timer);
      const { job } = thread;
      thread.job = null;
      if (answer.kind === 'value') job?.resolve({ kind: 'done', value: answer.value });
      else job?.reject(errorFrom(answer));
    }
    this.dispatch();
    // A process that has nothing else to do may end.
    if (thread.job === null) thread.worker.unref();
  }

  private ended(thread: Thread<T, R>, code: number): void {
    clearTimeout(thread.timer);
    this.threads.delete(thread);
    const { why, detail } = thread.ending ?? { why: 'crash', detail: `a worker ended with code ${code}` };
    if (thread.ready) {
      thread.job?.resolve({ kind: 'stopped', why, detail });
      thread.job = null;
      // The next mail should not wait for a worker to start.
      if (!this.closing) this.start();
    } else this.giveUp(detail);
    this.dispatch();
  }

  /** A worker that can't start would fail for every task: one is answered for each try, so that tries end. */
  private giveUp(detail: string): void {
    this.queue.shift()?.resolve({ kind: 'not-begun', detail });
  }
}

/** The compiled module, or its source in a checkout. */
export function moduleBeside(base: string, name: string): URL {
  return new URL(`./${name}${base.endsWith('.ts') ? '.ts' : '.js'}`, base);
}

function startThread(file: URL, resourceLimits: ResourceLimits): Worker {
  if (!file.pathname.endsWith('.ts')) return new Worker(file, { resourceLimits });
  // Sources of a checkout: a thread does not get the loader for TypeScript from the one that starts it.
  const loader = import.meta.resolve('tsx/esm/api');
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(file.href)}); })`;
  return new Worker(code, { eval: true, execArgv: [], resourceLimits });
}
