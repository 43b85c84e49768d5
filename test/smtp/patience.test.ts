/** How long a client may take, as a table. */
import { expect, it } from 'vitest';
import { type Activity, impatience, type Patience } from '../../src/smtp/patience.ts';

const PATIENCE: Patience = {
  firstCommandSeconds: 60,
  commandSeconds: 300,
  crowdedCommandSeconds: 10,
  connectionSeconds: 3600,
  dataBytesPerSecond: 500,
  dataSeconds: 3600,
  workSeconds: 300,
};
const MEGABYTE = 1024 * 1024;

const data = (received: number, lastWindow: number | null, expected = 30 * MEGABYTE): Activity => ({
  phase: 'data',
  received,
  expected,
  lastWindow,
});

it.each<[string, Activity, number, number, boolean, string | null]>([
  ['says nothing for a minute', { phase: 'greeting' }, 60, 60, false, null],
  ['says nothing for longer', { phase: 'greeting' }, 61, 61, false, 'idle-too-long'],
  ['does not finish its handshake', { phase: 'handshake' }, 61, 90, false, 'idle-too-long'],
  ['thinks for five minutes between two commands', { phase: 'command' }, 300, 400, false, null],
  ['thinks for longer', { phase: 'command' }, 301, 400, false, 'idle-too-long'],
  ['thinks for ten seconds while it is crowded', { phase: 'command' }, 10, 400, true, null],
  ['thinks for longer while it is crowded', { phase: 'command' }, 11, 400, true, 'idle-too-long'],
  ['has talked for an hour', { phase: 'command' }, 1, 3600, false, null],
  ['has talked for more than an hour', { phase: 'command' }, 1, 3601, false, 'open-too-long'],
  ['is in the middle of a mail after an hour', data(MEGABYTE, 30_000), 100, 3700, false, null],
  ['has not had its first minute', data(1, null), 59, 60, false, null],
  ['sends 29,999 bytes in a minute', data(MEGABYTE, 29_999), 61, 70, false, 'too-slow'],
  ['sends 30,000 bytes in a minute', data(MEGABYTE, 30_000), 61, 70, false, null],
  ['sends slowly while it is crowded', data(MEGABYTE, 30_000), 61, 70, true, null],
  ['declared little and has had the time for it', data(0, null, 5000), 71, 75, false, 'too-slow'],
  ['declared little and sends much, fast enough', data(MEGABYTE, 900_000, 5000), 71, 75, false, null],
  ['takes more than an hour for one mail', data(29 * MEGABYTE, 40_000), 3601, 3700, false, 'too-slow'],
  ['waits for us', { phase: 'work' }, 300, 400, true, null],
  ['waits for us in vain', { phase: 'work' }, 301, 400, false, 'try-again'],
])('a client that %s', (_, activity, waited, open, crowded, reason) => {
  expect(impatience({ activity, waited, open }, PATIENCE, crowded)).toBe(reason);
});
