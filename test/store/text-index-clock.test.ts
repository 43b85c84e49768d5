/** What the clock of the full-text index does with an index that cannot be brought up to date. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { TextIndexClock } from '../../src/store/sqlite/text-index-clock.ts';
import type { CaughtUp } from '../../src/store/sqlite/text-index-file.ts';

/** An indexer that answers what it is told, one after the other. */
function clockOver(answers: (CaughtUp | Error)[]) {
  const forgotten: number[] = [];
  const catchUp = vi.fn(async () => {
    const next = answers.shift() ?? { more: false, busy: false, changesDone: 0 };
    if (next instanceof Error) throw next;
    return next;
  });
  const close = vi.fn(async () => undefined);
  const clock = new TextIndexClock({ catchUp, close }, async (done) => {
    forgotten.push(done);
  });
  return { clock, catchUp, close, forgotten };
}

function warnings(): string[] {
  const told: string[] = [];
  const spy = vi.spyOn(process, 'emitWarning').mockImplementation((text) => {
    told.push(String(text));
  });
  onTestFinished(() => spy.mockRestore());
  return told;
}

it('goes on until nothing is left, and forgets each change once', async () => {
  const { clock, catchUp, forgotten } = clockOver([
    { more: true, busy: false, changesDone: 4 },
    { more: true, busy: false, changesDone: 4 },
    { more: false, busy: false, changesDone: 9 },
    { more: false, busy: false, changesDone: 9 },
  ]);
  await clock.catchUp();
  await clock.catchUp();
  expect(catchUp).toHaveBeenCalledTimes(4);
  expect(forgotten).toEqual([4, 9]);
});

it('says once what is wrong with the index, until it has worked again', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const told = warnings();
  const broken = () => new Error('disk is gone');
  const { clock } = clockOver([broken(), broken(), { more: false, busy: false, changesDone: 0 }, broken()]);
  for (let times = 0; times < 4; times += 1) {
    clock.soon();
    await vi.advanceTimersByTimeAsync(300);
  }
  expect(told).toEqual(['full-text index: Error: disk is gone', 'full-text index: Error: disk is gone']);
});

it('leaves an index that is far behind to the next start when it is closed', async () => {
  const far = Array.from({ length: 50 }, () => ({ more: true, busy: false, changesDone: 0 }));
  const { clock, catchUp, close } = clockOver(far);
  clock.soon();
  await clock.close();
  expect(catchUp).toHaveBeenCalledTimes(1);
  expect(close).toHaveBeenCalledTimes(1);
});

it('closes where the index is broken', async () => {
  const told = warnings();
  const { clock, close } = clockOver([new Error('disk is gone')]);
  clock.soon();
  await clock.close();
  expect(close).toHaveBeenCalledTimes(1);
  expect(told).toHaveLength(1);
});

it('tries again by itself what a busy file has put off, but not once it is closed', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const busy = { more: false, busy: true, changesDone: 0 };
  const { clock, catchUp } = clockOver([busy, busy, { more: false, busy: false, changesDone: 0 }, busy]);
  clock.soon();
  await vi.advanceTimersByTimeAsync(3000);
  expect(catchUp).toHaveBeenCalledTimes(3);
  clock.soon();
  await clock.close();
  await vi.advanceTimersByTimeAsync(3000);
  expect(catchUp).toHaveBeenCalledTimes(4);
});
