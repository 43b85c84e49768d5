/** Stands in for content-worker.ts: what it does to a mail stands in the mail's own field X-Do. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentTask, ReadByWorker } from '../../../src/intake/content-worker.ts';
import { answerTasks } from '../../../src/intake/worker-thread.ts';
import { firstHeader, readHeaderLines } from '../../../src/mail/header-lines.ts';

answerTasks<ContentTask, ReadByWorker>(async ({ start, place }) => {
  // As a worker leaves it that is ended in the middle of an attachment.
  if (place !== null) writeFileSync(join(place.folder, 'tmp', `${place.prefix}-0`), 'half a file');
  const kept: object[] = [];
  switch (firstHeader(readHeaderLines(start).lines, 'x-do')) {
    case 'loop':
      for (;;);
    case 'memory':
      for (;;) kept.push({ kept: kept.length });
    case 'no-space':
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    case 'bug':
      throw new TypeError('a bug of ours');
    default:
      return process.exit(1);
  }
});
