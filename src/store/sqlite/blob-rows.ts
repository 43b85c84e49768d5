/** Which blob files the rows of the database name. */
import { gt, inArray } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { BlobRow } from '../store.ts';
import { blobs } from './schema.ts';

export function namedBlobs(db: BetterSQLite3Database, names: readonly string[]): string[] {
  return db
    .select({ sha256: blobs.sha256 })
    .from(blobs)
    .where(inArray(blobs.sha256, [...names]))
    .all()
    .map(({ sha256 }) => sha256);
}

export function listBlobs(db: BetterSQLite3Database, after: string, limit: number): BlobRow[] {
  return db
    .select({ sha256: blobs.sha256, size: blobs.size })
    .from(blobs)
    .where(gt(blobs.sha256, after))
    .orderBy(blobs.sha256)
    .limit(limit)
    .all();
}
