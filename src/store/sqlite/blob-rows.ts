/** Which blob files the rows of the database name. */
import { eq, gt, inArray } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { BlobRow } from '../store.ts';
import { attachments, blobs, intakeRecords } from './schema.ts';

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

/**
 * Of these files, takes the rows of those away that no mail and no attachment names any more, and says which. Their
 * files must have been touched before: a backup that is being made may still come for them.
 */
export function freeBlobs(db: BetterSQLite3Database, names: readonly string[]): string[] {
  return [...new Set(names)].filter((sha256) => {
    const mail = db.select({ id: intakeRecords.id }).from(intakeRecords).where(eq(intakeRecords.rawSha256, sha256));
    const file = db.select({ id: attachments.messageId }).from(attachments).where(eq(attachments.sha256, sha256));
    if (mail.limit(1).get() !== undefined || file.limit(1).get() !== undefined) return false;
    return db.delete(blobs).where(eq(blobs.sha256, sha256)).run().changes > 0;
  });
}
