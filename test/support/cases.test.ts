import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Case, expectCase, findCases } from './cases.ts';

let root = '';
let found: Case = { name: '', folder: '' };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cases-'));
  for (const path of ['mail/b', 'mail/deep/a', 'private/mail/c', 'mail/empty', 'other/d']) {
    mkdirSync(join(root, path), { recursive: true });
    if (path !== 'mail/empty') writeFileSync(join(root, path, 'message.eml'), '');
  }
  found = { name: 'mail/b', folder: join(root, 'mail/b') };
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const expected = () => join(found.folder, 'expected.json');
const got = () => `${expected()}.got`;

describe('fixture folders', () => {
  it('are found by their input, private ones too', () => {
    const names = findCases('mail', 'message.eml', root).map(({ name }) => name);
    expect(names).toEqual(['mail/b', 'mail/deep/a', 'private/mail/c']);
    expect(findCases('nothing', 'message.eml', root)).toEqual([]);
  });

  it('keep what came out of a failed case, until it passes', () => {
    vi.stubEnv('UPDATE', '');
    writeFileSync(expected(), '{"a":1}');
    expect(() => expectCase(found, { a: 2 })).toThrow();
    expect(readFileSync(got(), 'utf8')).toBe('{\n  "a": 2\n}\n');
    expectCase(found, { a: 1 });
    expect(existsSync(got())).toBe(false);
  });

  it('fail without an expectation', () => {
    vi.stubEnv('UPDATE', '');
    expect(() => expectCase(found, { a: 2 })).toThrow();
    expect(existsSync(got())).toBe(true);
  });

  it('get a new expectation with UPDATE=1', () => {
    vi.stubEnv('UPDATE', '1');
    expectCase(found, { a: 3 });
    vi.stubEnv('UPDATE', '');
    expectCase(found, { a: 3 });
  });
});
