/** The keys that sign our Message-IDs: made once, private, and never silently replaced. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KeysUnusable, loadSigningKeys, readSigningKeys } from '../../src/store/signing-keys.ts';
import { tempFolder } from '../support/temp-folder.ts';

const bytes = (fill: number) => (count: number) => Buffer.alloc(count, fill);
const SECRET = 'ab'.repeat(32);

function withFile(content: string): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'keys.json'), content);
  return folder;
}

it('makes a key at the first start, readable for its own user only', () => {
  const folder = join(tempFolder(), 'data');
  const keys = loadSigningKeys(folder, bytes(7));
  expect(keys).toEqual([{ id: 'k1', secret: Buffer.alloc(32, 7), revoked: false }]);
  expect(statSync(join(folder, 'keys.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['keys.json']);
});

it('uses the same key ever after', () => {
  const folder = tempFolder();
  const first = loadSigningKeys(folder, bytes(7));
  const content = readFileSync(join(folder, 'keys.json'), 'utf8');
  expect(loadSigningKeys(folder, bytes(8))).toEqual(first);
  expect(readSigningKeys(folder)).toEqual(first);
  expect(readFileSync(join(folder, 'keys.json'), 'utf8')).toBe(content);
});

it('has no keys where there is no file, and makes none by looking', () => {
  const folder = tempFolder();
  expect(readSigningKeys(folder)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

it('reads a list, newest first, with the revoked ones marked', () => {
  const keys = [
    { id: 'k2', secret: SECRET },
    { id: 'k1', secret: SECRET, revoked: true },
  ];
  expect(readSigningKeys(withFile(JSON.stringify({ keys })))).toMatchObject([
    { id: 'k2', revoked: false },
    { id: 'k1', revoked: true },
  ]);
});

it.each([
  ['cut short', '{"keys": [{"id": "k1", "sec'],
  ['empty', ''],
  ['without keys', '{"keys": []}'],
  ['with a secret that is too short', '{"keys": [{"id": "k1", "secret": "abcd"}]}'],
  ['with an ID that cannot stand in a Message-ID', `{"keys": [{"id": "k.1", "secret": "${SECRET}"}]}`],
  ['with a misspelt setting', `{"keys": [{"id": "k1", "secret": "${SECRET}", "revokd": true}]}`],
  ['with one ID for two keys', `{"keys": [{"id": "k1", "secret": "${SECRET}"}, {"id": "k1", "secret": "${SECRET}"}]}`],
  ['with nothing but revoked keys', `{"keys": [{"id": "k1", "secret": "${SECRET}", "revoked": true}]}`],
])('refuses a file %s in one line that says where, and leaves it as it is', (_, content) => {
  const folder = withFile(content);
  for (const read of [() => readSigningKeys(folder), () => loadSigningKeys(folder, bytes(1))]) {
    let failure: unknown = null;
    try {
      read();
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(KeysUnusable);
    const message = failure instanceof Error ? failure.message : '';
    expect(message).toContain(join(folder, 'keys.json'));
    expect(message).not.toContain('\n');
    expect(message).not.toContain(SECRET);
  }
  expect(readFileSync(join(folder, 'keys.json'), 'utf8')).toBe(content);
});
