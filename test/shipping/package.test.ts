/** What package.json promises to whoever installs the package. `npm run check-package` installs it. */
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

const manifest: Manifest = JSON.parse(read('package.json'));
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => read(join('src', path)));

describe('the package', () => {
  it('needs at run time what is in its dependencies, and nothing else', () => {
    const imported = sources.flatMap((text) =>
      [...text.matchAll(/^(?:import|export)\s(?!type\s)[^;]*?from '([^'.][^']*)'|\bimport\('([^'.][^']*)'\)/gm)].map(
        ([, fixed, lazy]) => fixed ?? lazy ?? '',
      ),
    );
    const packages = imported
      .filter((name) => !isBuiltin(name))
      .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    expect(packages.length).toBeGreaterThan(15);
    expect([...new Set(packages)].filter((name) => manifest.dependencies[name] === undefined)).toEqual([]);
  });

  it('has in it all files that the program reads', () => {
    const paths = sources.flatMap((text) =>
      [...text.matchAll(/\bshipped\('([^']+)'\)/g)].map(([, path]) => path ?? ''),
    );
    expect(paths).toContain('config.example.json');
    const inCheckoutOnly = ['scripts/first-mail.mjs'];
    // npm packs these without being asked.
    const always = ['package.json'];
    const missing = paths.filter(
      (path) =>
        !always.includes(path) &&
        !inCheckoutOnly.includes(path) &&
        !manifest.files.some((entry) => path === entry || path.startsWith(`${entry}/`)),
    );
    expect(missing).toEqual([]);
  });

  it('names exact versions', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('lets better-sqlite3 be compiled, wherever it says how it is installed', () => {
    expect(manifest.allowScripts['better-sqlite3']).toBe(true);
    const said = ['README.md', 'docs/en/upgrade.md', 'Dockerfile', 'scripts/check-package.mjs'].map(read);
    for (const text of said) expect(text).toMatch(/--global'?,? .*--allow-scripts=better-sqlite3/);
  });
});

describe('the version', () => {
  const released = [...read('CHANGELOG.md').matchAll(/^## (\S+)/gm)].map(([, heading]) => heading ?? '');

  it('is the one of the lock file', () => {
    const lock: { version: string; packages: Record<string, Manifest> } = JSON.parse(read('package-lock.json'));
    expect([lock.version, lock.packages['']?.version]).toEqual([manifest.version, manifest.version]);
  });

  it('is the newest one of the changelog, or is going to be', () => {
    const [newest = '', ...before] = released;
    if (newest === 'Unreleased') expect(before).not.toContain(manifest.version);
    else expect(newest).toBe(manifest.version);
  });

  it('goes down the changelog, and every heading is a version', () => {
    const versions = released.filter((heading) => heading !== 'Unreleased');
    expect(versions).toEqual([...versions].sort(compareVersions).reverse());
    for (const heading of versions) expect(heading).toMatch(/^\d+\.\d+\.\d+$/);
    const [newest] = versions;
    if (newest !== undefined) expect(compareVersions(manifest.version, newest)).toBeGreaterThanOrEqual(0);
  });

  function compareVersions(one: string, other: string): number {
    return one.localeCompare(other, 'en', { numeric: true });
  }
});

describe('the supported Nodes', () => {
  const others: string[] = [...read('scripts/other-nodes.mjs').matchAll(/'(\d+\.\d+\.\d+)'/g)].map(
    ([, one]) => one ?? '',
  );
  const major = (version: string) => version.split('.', 1)[0] ?? '';

  it('are the same in engines, the README and the check', () => {
    const engines = [...manifest.engines.node.matchAll(/(\d+)\.\d+\.\d+/g)].map(([, one]) => one ?? '');
    const readme = [...read('README.md').matchAll(/^\| Node (\d+)/gm)].map(([, one]) => one ?? '');
    expect(readme).toEqual(engines);
    expect(['20', ...others.map(major)]).toEqual(engines);
  });

  it('have in the image the one that is checked', () => {
    const images = [...read('Dockerfile').matchAll(/^FROM node:(\S+?)-bookworm-slim/gm)].map(([, one]) => one ?? '');
    expect(images.length).toBe(2);
    for (const image of images) expect(others).toContain(image);
  });
});
