import { expect, it } from 'vitest';
import { StreamedBytes } from '../../src/store/blobs/collect-streamed.ts';

it('collects once for each four megabytes', () => {
  let collected = 0;
  const streamed = new StreamedBytes(() => {
    collected += 1;
  });
  const after = (bytes: number) => {
    streamed.note(bytes);
    return collected;
  };
  const quarter = 1024 * 1024;
  expect([quarter, quarter, quarter, quarter - 1, 1, 3 * quarter, 5 * quarter, quarter].map(after)).toEqual([
    0, 0, 0, 0, 1, 1, 2, 2,
  ]);
});
