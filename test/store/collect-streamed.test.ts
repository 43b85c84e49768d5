import { expect, it, onTestFinished, vi } from 'vitest';
import { BlobStore } from '../../src/store/blobs/blob-store.ts';
import { StreamedBytes } from '../../src/store/blobs/collect-streamed.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MEGABYTE = 1024 * 1024;

it('collects once four megabytes have come together', () => {
  let collected = 0;
  const streamed = new StreamedBytes(() => {
    collected += 1;
  });
  const after = (bytes: number) => {
    streamed.note(bytes);
    return collected;
  };
  const steps = [MEGABYTE, MEGABYTE, MEGABYTE, MEGABYTE - 1, 1, 3 * MEGABYTE, 5 * MEGABYTE, MEGABYTE];
  expect(steps.map(after)).toEqual([0, 0, 0, 0, 1, 1, 2, 2]);
});

it('collects the young generation while a large file is written', async () => {
  const gc = vi.fn();
  vi.stubGlobal('gc', gc);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  const blob = await new BlobStore(tempFolder(), () => 'large').begin();
  for (let count = 0; count < 9; count += 1) await blob.append(Buffer.alloc(MEGABYTE));
  await blob.discard();
  expect(gc.mock.calls).toEqual([[{ type: 'minor' }], [{ type: 'minor' }]]);
});
