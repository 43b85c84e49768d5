/** An installation whose SQLite was not compiled, or for another Node, is told what to do. */
import { expect, it } from 'vitest';
import { notCompiled } from '../../src/store/sqlite/not-compiled.ts';

const withCode = (code: string) => Object.assign(new Error('The module was compiled against …'), { code });

it.each([
  [
    'no install scripts were run',
    new Error('Could not locate the bindings file. Tried:\n → /usr/lib/…'),
    /^SQLite has not been compiled: /,
  ],
  ['another Node', withCode('ERR_DLOPEN_FAILED'), /^SQLite has not been compiled for this Node \(v24\.1\.0\): /],
])('%s', (_, error, text) => {
  expect(notCompiled(error, 'v24.1.0')).toMatch(text);
  expect(notCompiled(error, 'v24.1.0')).toContain('--allow-scripts=better-sqlite3');
});

it.each([
  ['a folder that is not there', new TypeError('Cannot open database because the directory does not exist')],
  ['an error of SQLite', withCode('SQLITE_CANTOPEN')],
  ['something that is no error', 'Could not locate the bindings file'],
])('%s is something else', (_, error) => {
  expect(notCompiled(error, 'v24.1.0')).toBeNull();
});
