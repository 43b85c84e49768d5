/** Room for more mail: asked seldom, told once. */
import { expect, it } from 'vitest';
import { createFreeSpace } from '../../src/intake/free-space.ts';
import { fakeClock } from '../support/clock.ts';

function world(minimum = 100) {
  const disk = { free: 1000, looks: 0, broken: false };
  const lines: string[] = [];
  const note = (level: string) => (_: unknown, text?: string) => void lines.push(`${level}: ${text}`);
  const log = { info: note('info'), warn: note('warn'), error: note('error'), debug: note('debug') };
  const clock = fakeClock();
  const free = async () => {
    disk.looks += 1;
    if (disk.broken) throw new Error('EIO');
    return disk.free;
  };
  return { disk, lines, clock, space: createFreeSpace({ folder: '/x', minimum, free }, clock, log) };
}

it('looks at the disk once a second at most, however many mails come', async () => {
  const { space, clock, disk } = world();
  await Promise.all([1, 2, 3].map(() => space.isShort()));
  expect(disk.looks).toBe(1);
  clock.advance(999);
  await space.isShort();
  expect(disk.looks).toBe(1);
  clock.advance(1);
  await space.isShort();
  expect(disk.looks).toBe(2);
});

it('is short below the limit, and not any more when there is room again', async () => {
  const { space, clock, disk } = world();
  disk.free = 99;
  expect(await space.isShort()).toBe(true);
  disk.free = 100;
  expect(await space.isShort()).toBe(true);
  clock.advance(1000);
  expect(await space.isShort()).toBe(false);
});

it('tells the admin once when it begins and once when it is over', async () => {
  const { space, clock, disk, lines } = world();
  disk.free = 0;
  for (let mail = 0; mail < 5; mail += 1) {
    await space.isShort();
    space.noteFull();
    clock.advance(1000);
  }
  // A mail found no space: a few free bytes are no end of that.
  for (const free of [1000, 2_000_000, 8_000_000, 8_000_000]) {
    disk.free = free;
    await space.isShort();
    if (free < 8_000_000) space.noteFull();
    clock.advance(1000);
  }
  expect(lines).toEqual([
    'error: THE DISK IS FULL: senders are asked to come again until there is space',
    'info: the disk has space again: mail is taken',
  ]);
});

it('lets mail in when the disk does not say how much is free', async () => {
  const { space, disk } = world();
  disk.broken = true;
  expect(await space.isShort()).toBe(false);
});

it('reads the real disk', async () => {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const shortOf = (minimum: number) => createFreeSpace({ folder: '/', minimum }, fakeClock(), quiet).isShort();
  expect(await shortOf(1)).toBe(false);
  expect(await shortOf(Number.MAX_SAFE_INTEGER)).toBe(true);
});
