/** How a shell starts the installed program: which Node, with which flags, and all of its arguments as they were. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { nodeFlags } from '../../scripts/node-flags.ts';
import { tempFolder } from '../support/temp-folder.ts';

const BIN = fileURLToPath(new URL('../../bin/taquilla.js', import.meta.url));

/** The words that the first `node` in the path gets when the program is run by this name. */
function wordsOf(program: string, args: readonly string[]): string[] {
  const folder = tempFolder();
  writeFileSync(join(folder, 'node'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const said = execFileSync(program, [...args], { env: { PATH: `${folder}:/usr/bin:/bin` }, encoding: 'utf8' });
  return said.split('\n').slice(0, -1);
}

it.each<[readonly string[], readonly string[]]>([
  [['serve'], nodeFlags()],
  [['--config', '/etc/taquilla/config.json', 'serve', '--allow-root'], nodeFlags()],
  [['deliver', '--to=soporte@example.com'], []],
  [['mail', 'show', 'a b', "it's", '$HOME', '*'], []],
  [[], []],
])('%j', (args, flags) => {
  expect(wordsOf(BIN, args)).toEqual([...flags, BIN, ...args]);
});

it('works by the link that npm makes', () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'bin'));
  const link = join(folder, 'bin', 'taquilla');
  symlinkSync(BIN, link);
  expect(wordsOf(link, ['serve'])).toEqual([...nodeFlags(), link, 'serve']);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(execFileSync(link, ['--version'], { encoding: 'utf8' }).trim()).toBe(version);
});

it('asks for flags that this Node takes from the command line', () => {
  expect(nodeFlags()).toContain('--expose-gc');
  const seen = execFileSync(process.execPath, [...nodeFlags(), '-p', 'typeof gc'], { encoding: 'utf8' });
  expect(seen.trim()).toBe('function');
});
