/** The README says of every package why it is there. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('names the dependencies that there are, and no others', () => {
  const { dependencies }: { dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  const [, section = ''] = readFileSync('README.md', 'utf8').split('\n## Dependencies, and why\n');
  const rows = section
    .split('\n## ', 1)
    .join()
    .matchAll(/^\| (?!package|---)(.+?) \|/gm);
  const named = [...rows].flatMap(([, names = '']) => names.split(', '));
  expect(named.sort()).toEqual(Object.keys(dependencies).sort());
});
