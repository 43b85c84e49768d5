/**
 * The Dockerfile, read: there is no Docker where the tests run. What it copies exists and gets past .dockerignore, and what it
 * runs is what `npm run check-package` runs for real.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Instruction {
  readonly name: string;
  readonly words: readonly string[];
  readonly text: string;
}

/** Without comments, continued lines joined. */
const instructions: Instruction[] = read('Dockerfile')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join('\n')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [name = '', ...words] = line.split(' ');
    return { name, words, text: words.join(' ') };
  });
const ofName = (name: string) => instructions.filter((one) => one.name === name);
const secondStage = instructions.slice(instructions.lastIndexOf(ofName('FROM').at(-1) ?? fail()));
const copied = ofName('COPY').flatMap(({ words }) =>
  words[0]?.startsWith('--from=') === true ? [] : words.slice(0, -1),
);

function fail(): never {
  throw new Error('the Dockerfile has no FROM');
}

describe('the Dockerfile', () => {
  it('copies only what is there', () => {
    expect(copied.length).toBeGreaterThan(10);
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('copies everything that .dockerignore lets through, and nothing else gets through', () => {
    const [first, ...rest] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const through = rest.map((line) => line.replace(/^!/, ''));
    const covers = (one: string, other: string) => other === one || other.startsWith(`${one}/`);
    expect(copied.filter((path) => !through.some((one) => covers(one, path) || covers(path, one)))).toEqual([]);
    expect(through.filter((one) => !copied.some((path) => covers(path, one)))).toEqual([]);
  });

  it('lets everything through that the package is to hold', () => {
    const manifest: { files: string[] } = JSON.parse(read('package.json'));
    const made = ['dist/**/*.js'];
    const covered = (entry: string) => copied.some((path) => entry === path || entry.startsWith(`${path}/`));
    expect(manifest.files.filter((entry) => !made.includes(entry) && !covered(entry))).toEqual([]);
  });

  it('packs and installs in the words of scripts/check-package.mjs', () => {
    const checked = [...read('scripts/check-package.mjs').matchAll(/\('npm', (?:\[)?((?:'[^']+'|prefix|, )+)/g)]
      .map(([, list]) => [...(list ?? '').matchAll(/'([^']+)'/g)].map(([, word]) => word ?? ''))
      .map((words) => words.filter((word) => word !== '--json'));
    const run = ofName('RUN')
      .flatMap(({ text }) => text.split(' && '))
      .filter((command) => /^npm (?:pack|install)/.test(command))
      .map((command) => command.split(' ').slice(1));
    expect(run.length).toBe(2);
    for (const [index, words] of run.entries()) {
      expect(checked[index]?.length).toBeGreaterThan(1);
      expect(words).toEqual(expect.arrayContaining(checked[index] ?? []));
    }
  });

  it('has shell commands without a mistake in their syntax', () => {
    for (const { text } of ofName('RUN')) execFileSync('sh', ['-n', '-c', text]);
  });

  it('takes both stages from the same exact image', () => {
    const images = ofName('FROM').map(({ words }) => words[0]);
    expect(images).toHaveLength(2);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
  });

  it('runs neither as root nor with a compiler, and keeps its data in a volume of its user', () => {
    const names = secondStage.map(({ name }) => name);
    const user = /--uid (\d+)/.exec(secondStage.map(({ text }) => text).join('\n'))?.[1];
    expect(secondStage.find(({ name }) => name === 'USER')?.text).toBe(`${user}:${user}`);
    expect(names.indexOf('USER')).toBeGreaterThan(names.lastIndexOf('RUN'));
    expect(secondStage.filter(({ text }) => /apt-get|g\+\+|npm /.test(text))).toEqual([]);
    expect(secondStage.find(({ name }) => name === 'VOLUME')?.text).toBe('/data');
    expect(secondStage.find(({ name }) => name === 'EXPOSE')?.text).toBe('25');
  });

  it('calls commands that the program has', () => {
    const commands = secondStage
      .filter(({ name }) => name === 'CMD' || name === 'HEALTHCHECK')
      .map(({ text }): unknown => JSON.parse(text.slice(text.indexOf('['))));
    expect(commands).toEqual([
      ['taquilla', 'health'],
      ['taquilla', 'serve'],
    ]);
    for (const name of ['health', 'serve']) expect(read('src/program.ts')).toContain(`.command('${name}')`);
  });
});

describe('the compose file', () => {
  const compose = read('docs/examples/docker/compose.yaml');

  it('runs the image of this version with the folders that it has', () => {
    const { version }: { version: string } = JSON.parse(read('package.json'));
    expect(compose).toContain(`image: taquilla:${version}\n`);
    expect(compose).toContain('- data:/data\n');
    expect(compose).toContain('./config.json:/etc/taquilla/config.json:ro');
    expect(read('Dockerfile')).toContain('TAQUILLA_CONFIG=/etc/taquilla/config.json');
  });

  it('gives no rights that port 25 does not need', () => {
    for (const line of ['cap_drop: [ALL]', 'no-new-privileges:true', 'read_only: true'])
      expect(compose).toContain(line);
    expect(compose).not.toMatch(/privileged:|cap_add|user: *root/);
  });
});
