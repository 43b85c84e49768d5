/** What the packages of the project must be like to install and to behave as measured. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const manifest: {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

it('are pinned to exact versions: behaviour was measured on these, and newer ones of some do not install', () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  expect(loose).toEqual([]);
});

it('may build the database driver while they are installed', () => {
  expect(manifest.allowScripts['better-sqlite3']).toBe(true);
});
