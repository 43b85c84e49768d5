/** Files without a row go, after their time of grace, and never one that somebody wants. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { abandoned, createSweeper, GRACE_MS, oldEnough } from '../../src/intake/sweeper.ts';
import { BlobStore } from '../../src/store/blobs/blob-store.ts';
import { removeBlob } from '../../src/store/blobs/stray-files.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NOW = Date.now();
const OLD = NOW - GRACE_MS - 60_000;
const YOUNG = NOW - 60_000;

const hashOf = (content: string) => createHash('sha256').update(content).digest('hex');

function world() {
  const folder = join(tempFolder(), 'blobs');
  let count = 0;
  const store = new BlobStore(folder, () => `unfinished-${++count}`);
  const put = (content: string, modifiedAt: number): string => {
    const name = hashOf(content);
    mkdirSync(join(folder, name.slice(0, 2)), { recursive: true });
    writeFileSync(store.path(name), content);
    utimesSync(store.path(name), modifiedAt / 1000, modifiedAt / 1000);
    return name;
  };
  const unfinished = (name: string, modifiedAt: number) => {
    writeFileSync(join(folder, 'tmp', name), 'half');
    utimesSync(join(folder, 'tmp', name), modifiedAt / 1000, modifiedAt / 1000);
  };
  const keep = (content: string) =>
    store.keep(Readable.from([Buffer.from(content)]), () => ({ sha256: hashOf(content), size: content.length }));
  return { folder, store, put, unfinished, keep, isThere: (name: string) => existsSync(store.path(name)) };
}

/** One sweep from its start to its end; resolves with what the log heard. */
function sweepOnce(folder: string, named: readonly string[], now = NOW): Promise<object[]> {
  const told: object[] = [];
  return new Promise((resolve, reject) => {
    const clock: Clock = {
      now: () => now,
      after: (ms, callback) => {
        // The pause between two batches, or the day until the next sweep.
        if (ms < 1000) setImmediate(callback);
        else resolve(told);
        return () => undefined;
      },
    };
    const log = {
      info: (fields: object) => void told.push(fields),
      warn: reject,
      error: reject,
      debug: () => undefined,
    };
    createSweeper({ store: { namedBlobs: async () => [...named] }, folder, clock, log }).start();
  });
}

const file = (name: string, modifiedAt: number) => ({ name, modifiedAt, size: 1 });

it.each([
  ['older than the time of grace', NOW - GRACE_MS - 1, true],
  ['as old as it', NOW - GRACE_MS, false],
  ['new', NOW, false],
  ['from the future, by a wrong clock', NOW + GRACE_MS, false],
])('a file that is %s', (_, modifiedAt, goes) => {
  expect(oldEnough([file('x', modifiedAt)], NOW)).toHaveLength(goes ? 1 : 0);
});

it.each([
  ['of an earlier run', OLD, NOW, true],
  ['of this run, however long it takes', OLD, OLD - 1, false],
  ['of an earlier run that has just ended', YOUNG, NOW, false],
])('an unfinished file %s', (_, modifiedAt, startedAt, goes) => {
  expect(abandoned([file('x', modifiedAt)], NOW, startedAt)).toHaveLength(goes ? 1 : 0);
});

it('removes old files that no row names, says which, and leaves all others', async () => {
  const { folder, put, unfinished, isThere } = world();
  const [orphan, young, named] = [put('orphan', OLD), put('young', YOUNG), put('named', OLD)];
  unfinished('of-a-crash', OLD);
  unfinished('coming-in', NOW);
  writeFileSync(join(folder, 'not-ours.txt'), 'x');
  const told = await sweepOnce(folder, [named]);
  expect([isThere(orphan), isThere(young), isThere(named)]).toEqual([false, true, true]);
  expect(readdirSync(join(folder, 'tmp'))).toEqual(['coming-in']);
  expect(existsSync(join(folder, 'not-ours.txt'))).toBe(true);
  expect(told).toEqual([{ files: [{ name: 'of-a-crash', size: 4 }] }, { files: [{ name: orphan, size: 6 }] }]);
});

it('leaves an old file that a mail has just begun to want', async () => {
  const { folder, put, keep, isThere } = world();
  const name = put('logo', OLD);
  await keep('logo');
  expect(statSync(new BlobStore(folder, () => '').path(name)).mtimeMs).toBeGreaterThan(OLD + GRACE_MS);
  await sweepOnce(folder, []);
  expect(isThere(name)).toBe(true);
});

it('puts back what was touched after it had been found old', () => {
  const { folder, put, store, isThere } = world();
  const name = put('logo', NOW);
  expect(removeBlob(folder, name, NOW - GRACE_MS)).toBe(false);
  expect(isThere(name)).toBe(true);
  expect(readFileSync(store.path(name), 'utf8')).toBe('logo');
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

it('a mail whose file is taken away under its hands writes its own', async () => {
  const { folder, store, put, keep, isThere } = world();
  const name = put('logo', OLD);
  const has = store.has.bind(store);
  store.has = async (digest) => {
    const there = await has(digest);
    removeBlob(folder, name, NOW - GRACE_MS);
    return there;
  };
  await keep('logo');
  expect(isThere(name)).toBe(true);
  expect(readFileSync(store.path(name), 'utf8')).toBe('logo');
});

it('brings back what a sweep that was killed had taken aside', async () => {
  const { folder, store, put, isThere } = world();
  const name = put('logo', YOUNG);
  renameSync(store.path(name), join(folder, 'tmp', `removing-${name}`));
  await sweepOnce(folder, [name]);
  expect(isThere(name)).toBe(true);
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

it('does nothing where there are no files yet', async () => {
  expect(await sweepOnce(join(tempFolder(), 'none'), [])).toEqual([]);
});
