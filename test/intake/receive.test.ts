import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LineBreakCheck, receive } from '../../src/intake/receive.ts';
import { BlobStore } from '../../src/store/blobs/blob-store.ts';
import { tempFolder } from '../support/temp-folder.ts';

it.each([
  [['a\r\nb\r\n'], false],
  [['a\r', '\nb\r\n'], false],
  [['a', '\r', '\n', 'b'], false],
  [['a\nb'], true],
  [['a', '\nb'], true],
  [['a\rb'], true],
  [['a\r', 'b'], true],
  [['a\r\r\n'], true],
  [['a\r\n\nb'], true],
  [['\n'], true],
  [[''], false],
])('finds bare line breaks however the bytes are cut: %j → %s', (chunks, bare) => {
  const check = new LineBreakCheck();
  for (const chunk of chunks) check.read(Buffer.from(chunk));
  expect(check.foundBare).toBe(bare);
});

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function blobStore() {
  const folder = tempFolder();
  let count = 0;
  const blobs = new BlobStore(folder, () => {
    count += 1;
    return `t${count}`;
  });
  return { blobs, unfinished: () => readdirSync(join(folder, 'tmp')) };
}

it.each([100, 64 * 1024, 64 * 1024 + 1, 1_000_000])('keeps a mail of %i bytes as it came', async (size) => {
  const { blobs, unfinished } = blobStore();
  const bytes = Buffer.alloc(size, 'abcdefgh\r\n');
  if (bytes.at(-1) === 0x0d) bytes[size - 1] = 0x61;
  const received = await receive(inChunks(bytes, 7_000), blobs, { maxMailBytes: 2_000_000 });
  if (received.kind !== 'whole') throw new Error(received.kind);
  expect(received.size).toBe(size);
  const read: Buffer[] = [];
  for await (const chunk of received.source.open()) read.push(chunk);
  expect(Buffer.concat(read).equals(bytes)).toBe(true);
  const raw = await received.keep();
  await received.discard();
  expect('inline' in raw).toBe(size <= 64 * 1024);
  const kept = 'inline' in raw ? raw.inline : readFileSync(blobs.path(raw.blob.sha256));
  expect(createHash('sha256').update(kept).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  expect(unfinished()).toEqual([]);
});

it('reads a mail over the limit, keeps only the start, and stops when it becomes a flood', async () => {
  const { blobs, unfinished } = blobStore();
  let floods = 0;
  const bytes = Buffer.alloc(500_000, 'x');
  const received = await receive(inChunks(bytes, 10_000), blobs, {
    maxMailBytes: 100_000,
    onFlood: () => {
      floods += 1;
    },
  });
  expect(received.kind).toBe('too-large');
  if (received.kind === 'whole') throw new Error('kept');
  expect(received.size).toBe(210_000);
  expect(received.start.length).toBe(64 * 1024);
  expect(floods).toBe(1);
  expect(unfinished()).toEqual([]);
});

it('leaves no file behind of a mail that nobody wants', async () => {
  const { blobs, unfinished } = blobStore();
  const received = await receive(inChunks(Buffer.alloc(200_000, 'x'), 50_000), blobs, { maxMailBytes: 1_000_000 });
  if (received.kind !== 'whole') throw new Error(received.kind);
  expect(unfinished()).toHaveLength(1);
  await received.discard();
  expect(unfinished()).toEqual([]);
});

it('leaves no file behind when the client disappears', async () => {
  const { blobs, unfinished } = blobStore();
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(200_000, 'x');
    throw new Error('gone');
  }
  await expect(receive(broken(), blobs, { maxMailBytes: 1_000_000 })).rejects.toThrow('gone');
  expect(unfinished()).toEqual([]);
});
