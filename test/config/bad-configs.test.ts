/**
 * Bad configs: each folder of fixtures/config holds one and the lines that a person must get to read. `UPDATE=1` writes
 * the lines that the program gives now.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/commands/command.ts';
import { loadConfig } from '../../src/config.ts';
import { findCases } from '../support/cases.ts';
import { tempFolder } from '../support/temp-folder.ts';

const cases = findCases('config', 'config.json');

function linesOf(folder: string): string {
  const result = loadConfig(join(folder, 'config.json'), {});
  if (result.ok) return 'good\n';
  const lines = result.problems.map((problem) => `${describeProblem('config.json', problem)}\n`).join('');
  // Where and how JSON breaks off, each version of Node says in its own words.
  return lines.replace(/(is not valid JSON: ).*/s, '$1…\n');
}

function check({ folder }: { folder: string }): void {
  const expected = join(folder, 'expected-error.txt');
  const lines = linesOf(folder);
  if (process.env.UPDATE === '1') writeFileSync(expected, lines);
  expect(lines).toBe(readFileSync(expected, 'utf8'));
}

it('has cases', () => {
  expect(cases.length).toBeGreaterThanOrEqual(20);
});

describe('the lines of a bad config', () => {
  it.each(cases)('$name', check);
});

describe('every line', () => {
  it.each(cases)('$name: names the file, stands alone and ends without a dot', ({ folder }) => {
    const lines = linesOf(folder).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^config\.json: \S.*[^.\s]$/);
    expect(new Set(lines).size).toBe(lines.length);
  });
});

describe('a file that cannot be read', () => {
  const problemsOf = (file: string) => {
    const result = loadConfig(file, {});
    return result.ok ? [] : result.problems;
  };

  it('is told so where there is none', () => {
    expect(problemsOf(join(tempFolder(), 'config.json'))).toEqual([
      { path: '', message: 'cannot be read; check the path and its permissions' },
    ]);
  });

  it('is told so where it is a folder', () => {
    const folder = join(tempFolder(), 'config.json');
    mkdirSync(folder);
    expect(problemsOf(folder)).toEqual([{ path: '', message: 'cannot be read; check the path and its permissions' }]);
  });

  // Wanted: config.ts gives the file to JSON.parse as it is.
  it('is told where JSON breaks off in one line', () => {
    const file = join(tempFolder(), 'config.json');
    writeFileSync(file, '{\n  "company": "x",\n  "hostname": y\n}\n');
    expect(problemsOf(file)[0]?.message).toMatch(/^is not valid JSON: .+$/);
  });

  it('is read with a byte order mark', () => {
    const file = join(tempFolder(), 'config.json');
    writeFileSync(file, `\ufeff${readFileSync('config.example.json', 'utf8')}`);
    expect(problemsOf(file)).toEqual([]);
  });
});
