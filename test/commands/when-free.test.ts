/** Which failures a command waits out, and which it passes on. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { untilDone, whenFree } from '../../src/commands/when-free.ts';
import { StoreUnavailable } from '../../src/store/store.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });

function fakeTime(): void {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

it.each([
  ['a database that another holds', coded('SQLITE_BUSY')],
  ['one that is locked', coded('SQLITE_LOCKED_SHAREDCACHE')],
  ['a store that waited in vain', new StoreUnavailable('busy', coded('SQLITE_BUSY'))],
])('waits for %s', async (_, failure) => {
  fakeTime();
  let left = 3;
  const result = whenFree(async () => {
    left -= 1;
    if (left > 0) throw failure;
    return 'done';
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(await result).toBe('done');
});

it.each([
  ['a full disk', coded('SQLITE_FULL'), 'make room and try again'],
  ['a disk that fails', new StoreUnavailable('io', coded('SQLITE_IOERR')), 'io'],
  ['a bug', new Error('of ours'), 'of ours'],
])('passes on %s at once', async (_, failure, words) => {
  await expect(
    whenFree(() => {
      throw failure;
    }),
  ).rejects.toThrow(words);
});

it('asks again until it is done, and gives up after half a minute', async () => {
  fakeTime();
  let asked = 0;
  const result = untilDone(async () => {
    asked += 1;
    return false;
  }).catch((error: unknown) => String(error));
  await vi.advanceTimersByTimeAsync(40_000);
  expect(await result).toContain('run taquilla compact when it is done');
  expect(asked).toBe(300);
});
