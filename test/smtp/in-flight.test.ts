import { expect, it } from 'vitest';
import { InFlight } from '../../src/smtp/in-flight.ts';

it('is none at once where nothing was begun', async () => {
  await expect(new InFlight().none()).resolves.toBeUndefined();
});

it('is none once the last has ended, for everybody who asked', async () => {
  const inFlight = new InFlight();
  inFlight.begin();
  inFlight.begin();
  let told = 0;
  const asked = [inFlight.none(), inFlight.none()].map((none) => none.then(() => (told += 1)));
  inFlight.end();
  await Promise.resolve();
  expect(told).toBe(0);
  inFlight.end();
  await Promise.all(asked);
  expect(told).toBe(2);
});
