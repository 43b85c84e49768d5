/** docs/library-traps.md and docs/security.md name tests that are there. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const rows = readFileSync(`${root}docs/library-traps.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && line.includes('.test.ts'))
  .map((line) => line.split('|').at(-2)?.trim() ?? '');

describe('the test that a row names', () => {
  it('stands in each row', () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(rows)('is there: %s', (named) => {
    const [, file = '', name = ''] = /^`([^`]+)`: (.+)$/.exec(named) ?? [];
    expect(existsSync(root + file), file).toBe(true);
    const titles = [...readFileSync(root + file, 'utf8').matchAll(/\(\s*(['`])((?:(?!\1).)+)\1,/g)];
    expect(
      titles.map(([, , title]) => title).filter((title) => title?.includes(name)),
      name,
    ).not.toEqual([]);
  });
});

it('the threat model names tests that are there', () => {
  const text = readFileSync(`${root}docs/security.md`, 'utf8');
  const named = [...text.matchAll(/`(test\/[^`]*)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(root + path))).toEqual([]);
});
