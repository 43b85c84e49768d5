/**
 * The keys that sign our Message-IDs: made at the first start, kept in the data folder, part of its backup. A list,
 * newest first; a key that got out is marked `"revoked": true` by hand and a new one stands before it.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SigningKey } from '../mail/message-id.ts';

const file = z.strictObject({
  keys: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9]{1,20}$/),
        secret: z.string().regex(/^[0-9a-f]{64}$/),
        revoked: z.boolean().default(false),
      }),
    )
    .min(1),
});

/** The keys file can't be used; the message is for the admin. */
export class KeysUnusable extends Error {}

export function loadSigningKeys(dataFolder: string, randomBytes: (count: number) => Uint8Array): readonly SigningKey[] {
  const path = join(dataFolder, 'keys.json');
  if (!existsSync(path)) {
    const first = { id: 'k1', secret: Buffer.from(randomBytes(32)).toString('hex'), revoked: false };
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    // On the disk before the first mail is signed: with another key its replies would not be known.
    writeFileSync(`${path}.part`, `${JSON.stringify({ keys: [first] }, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(`${path}.part`, path);
    syncFolder(dataFolder);
  }
  return readSigningKeys(dataFolder);
}

/** Without making one: no keys where there is no file yet. */
export function readSigningKeys(dataFolder: string): readonly SigningKey[] {
  const path = join(dataFolder, 'keys.json');
  if (!existsSync(path)) return [];
  const parsed = file.safeParse(parseJson(readText(path)));
  if (!parsed.success) throw new KeysUnusable(`${path}: is not a keys file; restore it from the backup`);
  const { keys } = parsed.data;
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    throw new KeysUnusable(`${path}: two keys have the same id; give each its own`);
  if (keys.every(({ revoked }) => revoked))
    throw new KeysUnusable(`${path}: all keys are revoked; put a new one before them`);
  return keys.map(({ id, secret, revoked }) => ({ id, secret: Buffer.from(secret, 'hex'), revoked }));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new KeysUnusable(`${path}: cannot be read; give this user the right to read it`);
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
