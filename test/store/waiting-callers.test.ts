import { expect, it } from 'vitest';
import { type Caller, WaitingCallers } from '../../src/store/thread/waiting-callers.ts';

const caller = (): Caller => ({ resolve: () => undefined, reject: () => undefined });

it('gives each caller that waits a number of its own, and uses it again once it has its answer', () => {
  const waiting = new WaitingCallers();
  const [one, two, three] = [caller(), caller(), caller()];
  const [first, second] = [waiting.add(one), waiting.add(two)];
  expect(first).not.toBe(second);
  expect(waiting.take(first)).toBe(one);
  expect(waiting.take(first)).toBeNull();
  expect(waiting.add(three)).toBe(first);
  expect(waiting.size).toBe(2);
  expect([waiting.take(first), waiting.take(second), waiting.size]).toEqual([three, two, 0]);
});

it('knows nobody under a number that was never given', () => {
  expect(new WaitingCallers().take(7)).toBeNull();
});

it('hands over all that still wait', () => {
  const waiting = new WaitingCallers();
  const [one, two, three] = [caller(), caller(), caller()];
  waiting.add(one);
  waiting.take(waiting.add(two));
  waiting.add(three);
  expect(waiting.takeAll()).toEqual([one, three]);
  expect([waiting.size, waiting.takeAll(), waiting.take(0)]).toEqual([0, [], null]);
});
