/** The list of blocked senders. */
import { asc, eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { blockedSenders } from './schema.ts';

export function blockSender(db: BetterSQLite3Database, address: string, now: number): boolean {
  return db.insert(blockedSenders).values({ address, blockedAt: now }).onConflictDoNothing().run().changes > 0;
}

export function unblockSender(db: BetterSQLite3Database, address: string): boolean {
  return db.delete(blockedSenders).where(eq(blockedSenders.address, address)).run().changes > 0;
}

export function listBlocked(db: BetterSQLite3Database): { address: string; blockedAt: number }[] {
  return db.select().from(blockedSenders).orderBy(asc(blockedSenders.address)).all();
}
