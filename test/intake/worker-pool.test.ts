/** A pool of worker threads gives every task an answer, whatever becomes of the worker. */
import { expect, it, onTestFinished } from 'vitest';
import { type PoolOptions, WorkerPool } from '../../src/intake/worker-pool.ts';
import type { OddTask } from './workers/odd-worker.ts';

const file = (name: string) => new URL(`./workers/${name}.ts`, import.meta.url);

function poolOf(options: Partial<PoolOptions> = {}): WorkerPool<OddTask, string> {
  const pool = new WorkerPool<OddTask, string>({
    file: file('odd-worker'),
    size: 1,
    taskMs: 10_000,
    heapMb: 64,
    ...options,
  });
  onTestFinished(() => pool.close());
  return pool;
}

const done = (value: string) => ({ kind: 'done', value });

it('answers tasks in order, and starts no thread before the first', async () => {
  const pool = poolOf();
  const texts = ['a', 'b', 'c'];
  expect(await Promise.all(texts.map((text) => pool.run({ act: 'wait', text })))).toEqual(texts.map(done));
});

it.each([
  { act: 'loop', why: 'time', taskMs: 300 },
  { act: 'hang', why: 'time', taskMs: 300 },
  { act: 'memory', why: 'memory', taskMs: 15_000 },
  { act: 'exit', why: 'crash', taskMs: 15_000 },
] as const)('ends a worker for $why when its task does: $act, and goes on', async ({ act, why, taskMs }) => {
  const pool = poolOf({ taskMs });
  const [stopped, next] = await Promise.all([pool.run({ act }), pool.run({ act: 'echo', text: 'next' })]);
  expect(stopped).toMatchObject({ kind: 'stopped', why });
  expect(next).toEqual(done('next'));
});

it('counts the time of a task from when a worker begins it', async () => {
  const pool = poolOf({ taskMs: 1000 });
  // Thirty waits of 50 ms one after the other: the last is begun after its own time would be over.
  const results = await Promise.all(Array.from({ length: 30 }, () => pool.run({ act: 'wait', text: 'x' })));
  expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['done']));
});

it('rejects with what the task threw, and its code', async () => {
  const pool = poolOf();
  await expect(pool.run({ act: 'throw' })).rejects.toMatchObject({ message: 'no room', code: 'ENOSPC' });
  expect(await pool.run({ act: 'echo', text: 'after' })).toEqual(done('after'));
});

it('answers every task where no worker can start', async () => {
  const pool = poolOf({ file: file('broken-worker'), size: 2 });
  const results = await Promise.all([1, 2, 3, 4].map(() => pool.run({ act: 'echo', text: 'x' })));
  for (const result of results) expect(result).toEqual({ kind: 'not-begun', detail: 'this worker is broken' });
});

it('when closed lets what was begun finish, and says of the rest that it was not begun', async () => {
  const pool = poolOf();
  await pool.run({ act: 'echo', text: 'started' });
  const begun = pool.run({ act: 'wait', text: 'begun' });
  const queued = pool.run({ act: 'echo', text: 'queued' });
  expect(pool.waiting).toBe(1);
  await pool.close();
  expect(await begun).toEqual(done('begun'));
  expect(await queued).toEqual({ kind: 'closed' });
  expect(await pool.run({ act: 'echo', text: 'late' })).toEqual({ kind: 'closed' });
});
