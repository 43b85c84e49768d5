/**
 * Cases as folders: an input file and what must come out of it, `expected.json`, side by side.
 *
 * A case that fails leaves `expected.json.got` beside its expectation (git-ignored); `UPDATE=1` rewrites the
 * expectations instead. `fixtures/private/` has the same layout, is git-ignored, and is read where it is there: a
 * place for real mail that must not be published.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const ROOT = fileURLToPath(new URL('../../fixtures', import.meta.url));

export interface Case {
  /** Path of the folder below `fixtures/`, with slashes. */
  readonly name: string;
  readonly folder: string;
}

/** Every folder below `fixtures/<area>` and `fixtures/private/<area>` that holds a file called `input`, sorted by name. */
export function findCases(area: string, input: string, root = ROOT): Case[] {
  const found: Case[] = [];
  for (const base of [join(root, area), join(root, 'private', area)]) {
    if (!existsSync(base)) continue;
    for (const entry of readdirSync(base, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name !== input) continue;
      const folder = entry.parentPath;
      found.push({ name: folder.slice(root.length + 1).replaceAll(sep, '/'), folder });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Compares plain data with the case's `expected.json`. */
export function expectCase({ folder, name }: Case, actual: unknown, file = 'expected.json'): void {
  const path = join(folder, file);
  const got = `${path}.got`;
  const json = `${JSON.stringify(actual, null, 2)}\n`;
  if (process.env.UPDATE === '1') {
    writeFileSync(path, json);
    rmSync(got, { force: true });
    return;
  }
  const expected: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : `no ${file} yet`;
  try {
    // What has been through JSON is compared with what has been through JSON.
    expect(JSON.parse(json), name).toEqual(expected);
    rmSync(got, { force: true });
  } catch (failure) {
    writeFileSync(got, json);
    throw failure;
  }
}
