/** Files named by their content: whole or not there at all. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { BlobStore, type Digest } from '../../src/store/blobs/blob-store.ts';
import { tempFolder } from '../support/temp-folder.ts';

function make() {
  const folder = join(tempFolder(), 'blobs');
  let count = 0;
  const store = new BlobStore(folder, () => `unfinished-${++count}`);
  return { folder, store, unfinished: () => readdirSync(join(folder, 'tmp')) };
}

function digestOf(content: string): Digest {
  return { sha256: createHash('sha256').update(content).digest('hex'), size: Buffer.byteLength(content) };
}

const streamOf = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

/** Every file below the folder that is not in tmp. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('tmp'))
    .map(({ name }) => name);
}

it('keeps a stream under the hash of its content', async () => {
  const { store, unfinished } = make();
  const digest = digestOf('hola mundo');
  await store.keep(streamOf('hola ', 'mundo'), () => digest);
  expect(await text(store.read(digest.sha256))).toBe('hola mundo');
  expect(await store.has(digest)).toBe(true);
  expect(unfinished()).toEqual([]);
});

it('works out the hash of a file that is written piece by piece', async () => {
  const { store, unfinished } = make();
  const blob = await store.begin();
  await blob.append(Buffer.from('hola '));
  expect(unfinished()).toHaveLength(1);
  await blob.append(Buffer.from('mundo'));
  expect(await blob.finish()).toEqual(digestOf('hola mundo'));
  expect(readFileSync(store.path(digestOf('hola mundo').sha256), 'utf8')).toBe('hola mundo');
  expect(unfinished()).toEqual([]);
});

it('keeps an empty file too', async () => {
  const { store } = make();
  await store.keep(streamOf(), () => digestOf(''));
  expect(statSync(store.path(digestOf('').sha256)).size).toBe(0);
});

it('stores the same content once, also when it comes twice at the same moment', async () => {
  const { store, folder, unfinished } = make();
  const digest = digestOf('the same');
  await Promise.all([1, 2, 3].map(() => store.keep(streamOf('the same'), () => digest)));
  await store.keep(streamOf('the same'), () => digest);
  expect(filesOf(folder)).toEqual([digest.sha256]);
  expect(unfinished()).toEqual([]);
});

it('writes a file again that is there but cut short', async () => {
  const { store } = make();
  const digest = digestOf('the whole');
  await store.keep(streamOf('the whole'), () => digest);
  expect(await store.has({ ...digest, size: 4 })).toBe(false);
});

it('lets nobody else read its files', async () => {
  const { store, folder } = make();
  const digest = digestOf('secret');
  await store.keep(streamOf('secret'), () => digest);
  expect(statSync(store.path(digest.sha256)).mode & 0o077).toBe(0);
  expect(statSync(join(folder, 'tmp')).mode & 0o077).toBe(0);
});

it.each([
  '../../etc/passwd',
  '',
  'abc',
  'A'.repeat(64),
  `${'a'.repeat(64)}/x`,
  `${'a'.repeat(63)}\n`,
  `${'a'.repeat(64)}\n`,
  `../${'a'.repeat(61)}`,
])('takes nothing but a hash for a name: %j', (name) => {
  const { store } = make();
  expect(() => store.path(name)).toThrow('not a SHA-256');
  expect(() => store.read(name)).toThrow('not a SHA-256');
});

it('leaves nothing of a stream that breaks off', async () => {
  const { store, folder, unfinished } = make();
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('the start');
      throw new Error('connection lost');
    })(),
  );
  await expect(store.keep(broken, () => digestOf('x'))).rejects.toThrow('connection lost');
  expect(unfinished()).toEqual([]);
  expect(filesOf(folder)).toEqual([]);
});

it('leaves nothing when the digest cannot be told', async () => {
  const { store, folder, unfinished } = make();
  const noDigest = () => {
    throw new Error('no digest');
  };
  await expect(store.keep(streamOf('x'), noDigest)).rejects.toThrow('no digest');
  expect(unfinished()).toEqual([]);
  expect(filesOf(folder)).toEqual([]);
});

it('leaves nothing when the file cannot get its name', async () => {
  const { store, unfinished } = make();
  await expect(store.keep(streamOf('x'), () => ({ sha256: '../x', size: 1 }))).rejects.toThrow('not a SHA-256');
  expect(unfinished()).toEqual([]);
});

it('leaves nothing of a file that is given up', async () => {
  const { store, folder, unfinished } = make();
  const blob = await store.begin();
  await blob.append(Buffer.from('half'));
  await blob.discard();
  expect(unfinished()).toEqual([]);
  expect(filesOf(folder)).toEqual([]);
  expect(existsSync(blob.path)).toBe(false);
});

it('never writes into an unfinished file of somebody else', async () => {
  const folder = join(tempFolder(), 'blobs');
  const store = new BlobStore(folder, () => 'same-name');
  const first = await store.begin();
  await expect(store.begin()).rejects.toThrow(/EEXIST/);
  await first.discard();
});
