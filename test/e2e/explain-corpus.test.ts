/** Every mail of the corpus through `taquilla explain --json` in one call: the documented keys, in their order, and exit code 0. */
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { corpus } from '../support/corpus.ts';
import { tempFolder } from '../support/temp-folder.ts';

const binary = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));
const KEYS =
  'file verdict reason reply from recipients department account contact service kind bounce thread messageId subject text visibleText quotedText html attachments auth defects because'.split(
    ' ',
  );

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

it.skipIf(corpus === null)('explains every file of the corpus with all keys and writes nothing', async () => {
  const files = filesBelow(corpus ?? '');
  const cwd = tempFolder();
  const { stdout } = await promisify(execFile)(process.execPath, [binary, 'explain', '--json', ...files], {
    cwd,
    maxBuffer: 1 << 28,
  });
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(files.length);
  for (const [index, line] of lines.entries()) {
    const explained: Record<string, unknown> = JSON.parse(line);
    expect(explained.file).toBe(files[index]);
    expect(Object.keys(explained), `keys of ${files[index]}`).toEqual(KEYS);
    expect(Object.values(explained)).not.toContain(undefined);
  }
  expect(readdirSync(cwd)).toEqual([]);
});
